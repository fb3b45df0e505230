import { readFileSync } from 'node:fs';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { fileShape, type Network, Parameters, Random, runNetwork } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { type WeightTensor, writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { adaptWeights, publishedWeights } from './adapt-weights.js';
import { buildNetwork } from './build-network.js';
import { edsr } from './generators/edsr.js';
import { imdn } from './generators/imdn.js';
import { rrdbnet } from './generators/rrdbnet.js';
import { spsr } from './generators/spsr.js';
import { recognizeNetwork } from './recognize-network.js';

interface Case {
  name: string;
  config: Record<string, unknown>;
  names: string | null;
  seed: number;
  size: [number, number];
  /** Every tensor of the published file: name and shape. */
  state: Record<string, number[]>;
  constants: Record<string, number[]>;
  copies: Record<string, string>;
  unused: string[];
  output: { deviation: number; step: number; samples: number[] };
}
// Made by tools/oracles/checkpoints.py with PyTorch.
const golden: { tolerance: number; cases: Case[] } = JSON.parse(
  readFileSync(new URL('./golden/checkpoints.json', import.meta.url), 'utf8'),
);

test('the picture branch of SPSR takes the weights of an RRDB network', async () => {
  const options = { channels: 8, blocks: 2, growth: 4 };
  const [from, to] = [rrdbnet(options), spsr(options)];
  const tensors = new Map(
    Object.entries(from.parameters).map(([name, spec]) => [
      name,
      { dtype: 'f32', shape: fileShape(spec), data: new Float32Array(0) } as WeightTensor,
    ]),
  );
  const taken = [...adaptWeights(to, tensors)];
  const fitting = taken.filter(([name, { shape }]) => {
    const spec = to.parameters[name];
    return spec !== undefined && fileShape(spec).join() === shape.join();
  });
  // All but the last convolution.
  expect(taken.length).toBe(tensors.size);
  expect(fitting.length).toBe(tensors.size - 2);
});

describe('published names', () => {
  describeOnBackends(
    'of checkpoints',
    () => {
      test.each(golden.cases)('$name $names: equals PyTorch', async c => {
        await expectNoLeaks(async () => {
          const network = buildNetwork(c);
          const adapted = adaptWeights(network, checkpoint(c));
          expect([...adapted.keys()].sort()).toEqual(Object.keys(network.parameters).sort());
          const parameters = Parameters.fromWeights(network.parameters, adapted);
          const random = new Random(c.seed);
          const [height, width] = c.size;
          const output = tidy(() => {
            const pixels = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
            return runNetwork({ network, parameters }, tensor4d(pixels, [1, height, width, 3])).output;
          });
          const values = await output.data();
          for (const [i, sample] of c.output.samples.entries()) {
            expect(Math.abs(values[i * c.output.step]! - sample) / c.output.deviation).toBeLessThan(golden.tolerance);
          }
          output.dispose();
          parameters.dispose();
        });
      });
    },
    { only: ['wasm', 'native'] },
  );

  test.each(golden.cases)('$name $names: are written as PyTorch expects them', c => {
    const network = buildNetwork(c);
    const file = checkpoint(c);
    const published = publishedWeights(network, adaptWeights(network, file), { names: c.names ?? undefined });
    expect([...published.keys()].sort()).toEqual([...file.keys()].sort());
    for (const [name, tensor] of published) expect(tensor, name).toEqual(file.get(name));
    expect(writeSafetensors(published).length).toBeGreaterThan(0);
  });

  test('that nobody has are refused with those that there are', () => {
    const weights = new Map<string, WeightTensor>();
    expect(() => publishedWeights(edsr(), weights, { names: 'esrgan' })).toThrow(
      expect.objectContaining({ code: 'weights/names', message: expect.stringContaining('edsr-pytorch, basicsr') }),
    );
    expect(() => publishedWeights(imdn(), weights, { names: 'esrgan' })).toThrow('none but its own');
  });

  test('leave out the branch that is switched off', () => {
    const whole = spsr({ channels: 2, blocks: 1, growth: 1 });
    const trunk = spsr({ channels: 2, blocks: 1, growth: 1, branch: false });
    expect([...adaptWeights(trunk, emptyWeights(whole)).keys()]).toEqual(Object.keys(trunk.parameters));
  });
});

test('what is unknown stays, to be refused by its name', () => {
  const [small, flat] = [rrdbnet({ channels: 2, blocks: 2, growth: 1 }), edsr({ channels: 2, blocks: 3 })];
  expect([...adaptWeights(small, emptyWeights(flat)).keys()]).toContain('head.0.weight');
});

test('knows a network by its parameters', () => {
  expect(recognizeNetwork(emptyWeights(imdn({ scale: 3 })), { scale: 3 })?.name).toBe('imdn');
  expect(recognizeNetwork(emptyWeights(imdn({ scale: 3 })), { scale: 4 })).toBeUndefined();
  const small = rrdbnet({ channels: 2, blocks: 2, growth: 1 });
  expect(recognizeNetwork(emptyWeights(small), { scale: 4 })).toBeUndefined();
});

/** The published file of a case. */
function checkpoint({ seed, state, constants, copies, unused }: Case): Map<string, WeightTensor> {
  const specs = Object.fromEntries(
    Object.entries(state).map(([name, shape]) => [
      name,
      { shape, layout: 'plain' as const, init: () => new Float32Array() },
    ]),
  );
  const tensors = randomWeights(seed)(specs);
  const set = (name: string, values: ArrayLike<number>): void => {
    tensors.set(name, { dtype: 'f32', shape: state[name]!, data: Float32Array.from(values) });
  };
  for (const [name, values] of Object.entries(constants)) set(name, values);
  for (const [name, original] of Object.entries(copies)) set(name, tensors.get(original)!.data);
  // As PyTorch starts a batch norm.
  for (const name of unused) set(name, tensors.get(name)!.data.fill(/weight$|var$/.test(name) ? 1 : 0));
  return tensors;
}

function emptyWeights(network: Network): Map<string, WeightTensor> {
  return new Map(
    Object.entries(network.parameters).map(([name, spec]) => [
      name,
      { dtype: 'f32', shape: fileShape(spec), data: new Float32Array() },
    ]),
  );
}
