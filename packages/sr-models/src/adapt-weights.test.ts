import { fileShape, type Network } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { adaptWeights } from './adapt-weights.js';
import { edsr } from './generators/edsr.js';
import { imdn } from './generators/imdn.js';
import { rrdbnet } from './generators/rrdbnet.js';
import { spsr } from './generators/spsr.js';
import { srresnet } from './generators/srresnet.js';
import { recognizeNetwork } from './recognize-network.js';

function checkpoint(
  network: Network,
  rename: (name: string) => string,
  more: string[] = [],
): Map<string, WeightTensor> {
  const tensors = new Map<string, WeightTensor>();
  const empty = new Float32Array(0);
  for (const [name, spec] of Object.entries(network.parameters)) {
    tensors.set(rename(name), { dtype: 'f32', shape: fileShape(spec), data: empty });
  }
  for (const name of more) tensors.set(name, { dtype: 'f32', shape: [1], data: empty });
  return tensors;
}

const replaceAll = (name: string, rules: [RegExp, string][]): string =>
  rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name);

const small = rrdbnet({ channels: 2, blocks: 2, growth: 1 });
const flat = edsr({ channels: 2, blocks: 3 });
const structure = spsr({ channels: 2, blocks: 1, growth: 1 });

test.each<[string, Network, (name: string) => string, string[]]>([
  ['as they are', small, name => name, []],
  ['of DataParallel', small, name => `module.${name}`, []],
  [
    'of ESRGAN',
    small,
    name =>
      replaceAll(name, [
        [/^body\.(\d+)\.rdb/, 'RRDB_trunk.$1.RDB'],
        [/^conv_body/, 'trunk_conv'],
        [/^conv_up/, 'upconv'],
        [/^conv_hr/, 'HRconv'],
      ]),
    [],
  ],
  [
    'of ESRGAN before',
    small,
    name =>
      replaceAll(name, [
        [/^body\.(\d+)\.rdb(\d)\.conv(\d)\./, 'model.1.sub.$1.RDB$2.conv$3.0.'],
        [/^conv_body/, 'model.1.sub.2'],
        [/^conv_first/, 'model.0'],
        [/^conv_up1/, 'model.3'],
        [/^conv_up2/, 'model.6'],
        [/^conv_hr/, 'model.8'],
        [/^conv_last/, 'model.10'],
      ]),
    [],
  ],
  ['of EDSR', flat, name => name, ['sub_mean.weight', 'sub_mean.bias', 'add_mean.weight', 'add_mean.bias']],
  [
    'of EDSR in BasicSR',
    flat,
    name =>
      replaceAll(name, [
        [/^body\.(\d)\.body\.0/, 'body.$1.conv1'],
        [/^body\.(\d)\.body\.2/, 'body.$1.conv2'],
        [/^body\.3\.(weight|bias)/, 'conv_after_body.$1'],
        [/^head\.0/, 'conv_first'],
        [/^tail\.0/, 'upsample'],
        [/^tail\.1/, 'conv_last'],
      ]),
    [],
  ],
  ['of SPSR', structure, name => name, ['get_g_nopadding.weight_h', 'model.8.weight', 'model.8.bias']],
  ['of batch norms', srresnet({ channels: 2, blocks: 1 }), name => name, ['block2.bn1.num_batches_tracked']],
])('names %s', (_, network, rename, more) => {
  const adapted = adaptWeights(network, checkpoint(network, rename, more));
  expect([...adapted.keys()].sort()).toEqual(Object.keys(network.parameters).sort());
});

test('what is unknown stays, to be refused by its name', () => {
  expect([
    ...adaptWeights(
      small,
      checkpoint(flat, name => name),
    ).keys(),
  ]).toContain('head.0.weight');
});

test('knows a network by its parameters', () => {
  expect(
    recognizeNetwork(
      checkpoint(imdn({ scale: 3 }), name => name),
      { scale: 3 },
    )?.name,
  ).toBe('imdn');
  expect(
    recognizeNetwork(
      checkpoint(imdn({ scale: 3 }), name => name),
      { scale: 4 },
    ),
  ).toBeUndefined();
  expect(
    recognizeNetwork(
      checkpoint(small, name => name),
      { scale: 4 },
    ),
  ).toBeUndefined();
});
