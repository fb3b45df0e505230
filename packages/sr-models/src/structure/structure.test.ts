import { readFileSync } from 'node:fs';
import {
  reshape,
  scalar,
  slice,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { countParameters, Parameters, Random, scopeOver } from 'sr-tensor';
import {
  checkGradients,
  describeOnBackends,
  expectClose,
  expectNoLeaks,
  expectSummary,
  gradientsOf,
  randomWeights,
  type TensorSummary,
} from 'sr-tensor/testing';
import { readWeights, writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { encoderOf } from '../tapped-network.js';
import { contextPredictor, jigsawHead } from './heads.js';
import { featureSpacing, type NseConfig, nse } from './nse.js';

// Made by tools/oracles/discriminators.py with PyTorch.
const golden: {
  tolerance: number;
  extractors: {
    config: NseConfig;
    input: [number, number, number, number];
    names: string[];
    parameters: number;
    output: TensorSummary;
    inputGradient: TensorSummary;
  }[];
  heads: { sizes: number[]; names: string[]; parameters: number; output: number[] }[];
} = JSON.parse(readFileSync(new URL('../golden/discriminators.json', import.meta.url), 'utf8'));
const { tolerance } = golden;

describe('nse', () => {
  test('has 38,944 parameters, 2,112 more with shortcuts of convolutions', () => {
    expect(countParameters(nse())).toBe(38_944);
    expect(countParameters(nse({ shortcut: 'convolution' }))).toBe(38_944 + 2_112);
  });

  test('has a receptive field of 21 pixels and stride 4, so that fields 6 cells apart do not overlap', () => {
    expect(nse().taps.conv6).toEqual({ channels: 32, stride: 4, receptiveField: 21, start: -10 });
    expect(featureSpacing(nse().taps.conv6!)).toBe(6);
  });

  test.each(golden.extractors)('$config names parameters as PyTorch does', ({ config, names, parameters }) => {
    expect(Object.keys(nse(config).parameters).sort()).toEqual([...names].sort());
    expect(countParameters(nse(config))).toBe(parameters);
  });

  test('checks its config', () => {
    expect(() => nse({ shortcut: 'max' as 'pool' })).toThrow('nse: expected shortcut to be one of pool, convolution');
  });

  describeOnBackends('nse', () => {
    test.each(golden.extractors)('$config equals PyTorch', async ({ config, input, output, inputGradient }) => {
      await withRandomWeights(nse(config), async parameters => {
        const x = noise(input, 11);
        const encoder = encoderOf({ network: nse(config), parameters });
        const { conv6 } = encoder(x, { layers: ['conv6'] });
        await expectSummary(conv6!, output, { tolerance, what: 'output' });
        const energy = (image: Tensor): Tensor => sum(square(encoder(image as Tensor4D, { layers: ['conv6'] }).conv6!));
        const one = scalar(1);
        const [gradient] = gradientsOf(energy, [x], one) as [Tensor];
        await expectSummary(gradient, inputGradient, { tolerance, what: 'gradient' });
        for (const t of [x, conv6!, gradient, one]) t.dispose();
      });
    });

    test('sees what its geometry says, and moves a cell when the image moves 4 pixels', async () => {
      const network = nse({ channels: 4 });
      await withRandomWeights(network, async parameters => {
        const encoder = encoderOf({ network, parameters });
        const x = noise([1, 48, 48, 3], 11);
        const [row, column] = [6, 5];
        const unit = (image: Tensor): Tensor =>
          slice(encoder(image as Tensor4D, { layers: ['conv6'] }).conv6!, [0, row, column, 0], [1, 1, 1, 4]);
        const cotangent = noise([1, 1, 1, 4], 7);
        const [gradient] = gradientsOf(unit, [x], cotangent) as [Tensor];
        const values = (await gradient.data()) as Float32Array;
        const seen = [...values.keys()].filter(i => values[i] !== 0).map(i => Math.floor(i / 3));
        const rows = seen.map(i => Math.floor(i / 48));
        const columns = seen.map(i => i % 48);
        const { receptiveField, stride, start } = network.taps.conv6!;
        expect([Math.min(...rows), Math.max(...rows)]).toEqual(span(row * stride + start!, receptiveField));
        expect([Math.min(...columns), Math.max(...columns)]).toEqual(span(column * stride + start!, receptiveField));

        const moved = tidy(() => encoder(slice(x, [0, 0, 4, 0], [1, 48, 44, 3]), { layers: ['conv6'] }).conv6!);
        const [before, after] = tidy(() => [
          slice(encoder(x, { layers: ['conv6'] }).conv6!, [0, 3, 4, 0], [1, 6, 4, 4]),
          slice(moved, [0, 3, 3, 0], [1, 6, 4, 4]),
        ]);
        await expectClose(after!, before!);
        for (const t of [x, cotangent, gradient, moved, before!, after!]) t.dispose();
      });
    });

    test('has the gradients of finite differences in every parameter', async () => {
      for (const config of [{ channels: 2 }, { channels: 2, shortcut: 'convolution' }] as const) {
        const network = nse(config);
        await withRandomWeights(network, async parameters => {
          const names = parameters.names();
          const x = noise([1, 8, 8, 3], 5);
          const f = (...[image, ...values]: Tensor[]): Tensor => {
            const scope = scopeOver(key => values[names.indexOf(key)], '');
            const context = { mode: 'training', update() {} } as const;
            return network.features(image as Tensor4D, scope, context, ['conv6']).conv6!;
          };
          const inputs = [x, ...names.map(name => parameters.get(name))];
          await checkGradients(f, inputs, { step: 1e-4, tolerance: 5e-3, kinks: true, directions: 2 });
          x.dispose();
        });
      }
    });
  });
});

test.each([nse({ channels: 2 }), contextPredictor({ channels: 3, hidden: 4 }), jigsawHead({ channels: 2, hidden: 4 })])(
  'the parameters of $name survive a file',
  async ({ parameters: specs }) => {
    await withRandomWeights({ parameters: specs }, async parameters => {
      const { tensors } = readWeights(writeSafetensors(await parameters.toWeights()));
      const again = Parameters.fromWeights(specs, tensors);
      expect(await again.toWeights()).toEqual(await parameters.toWeights());
      again.dispose();
    });
  },
);

describe('heads of a structure extractor', () => {
  const networks = [contextPredictor(), jigsawHead()];

  test.each(golden.heads)('have the parameters of PyTorch: $sizes', ({ sizes, names, parameters }) => {
    const network = networks.find(({ parameters }) => parameters['fc1.weight']!.shape[0] === sizes[0])!;
    expect(Object.keys(network.parameters)).toEqual(names);
    expect(countParameters(network)).toBe(parameters);
  });

  test('a predictor from four neighbours takes twice the features', () => {
    expect(contextPredictor({ context: 'cross' }).parameters['fc1.weight']!.shape).toEqual([128, 128]);
    expect(() => contextPredictor({ context: 'around' as 'cross' })).toThrow('one of horizontal, vertical, cross');
  });

  describeOnBackends('heads', () => {
    test.each(golden.heads)('equal PyTorch: $sizes', async ({ sizes, output }) => {
      const network = networks.find(({ parameters }) => parameters['fc1.weight']!.shape[0] === sizes[0])!;
      await withRandomWeights(network, async parameters => {
        const random = new Random(11);
        const x = tensor2d(
          Float32Array.from({ length: 3 * sizes[0]! }, () => random.uniform()),
          [3, sizes[0]!],
        );
        const y = network.apply(x, parameters.scope());
        expect(y.shape).toEqual([3, sizes.at(-1)]);
        await expectClose(y, output, { tolerance });
        for (const t of [x, y]) t.dispose();
      });
    });

    test.each([contextPredictor({ channels: 3, hidden: 4 }), jigsawHead({ channels: 2, hidden: 4 })])(
      '$name has the gradients of finite differences in every parameter',
      async network => {
        await withRandomWeights(network, async parameters => {
          const x = noise([1, 1, 3, network.parameters['fc1.weight']!.shape[0]!], 5);
          const names = parameters.names();
          const f = (...[input, ...values]: Tensor[]): Tensor =>
            network.apply(
              input as Tensor2D,
              scopeOver(key => values[names.indexOf(key)], ''),
            );
          const items = reshape(x, [3, -1]);
          const inputs = [items, ...names.map(name => parameters.get(name))];
          await checkGradients(f, inputs, { step: 1e-4, tolerance: 5e-3, kinks: true });
          for (const t of [x, items]) t.dispose();
        });
      },
    );
  });
});

function span(first: number, side: number): [number, number] {
  return [first, first + side - 1];
}

async function withRandomWeights(
  { parameters: specs }: { parameters: ReturnType<typeof nse>['parameters'] },
  body: (parameters: Parameters) => Promise<void>,
): Promise<void> {
  await expectNoLeaks(async () => {
    const parameters = Parameters.fromWeights(specs, randomWeights(3)(specs));
    await body(parameters);
    parameters.dispose();
  });
}

function noise(shape: [number, number, number, number], seed: number): Tensor4D {
  const random = new Random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: size }, () => random.uniform()),
    shape,
  );
}
