import { readFileSync } from 'node:fs';
import { memory, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { countParameters, Parameters, runNetwork } from 'sr-tensor';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { type CompactConfig, compact } from './compact.js';

interface Values {
  shape: number[];
  data: number[];
}
interface Golden {
  tolerance: number;
  cases: { config: CompactConfig; weights: Record<string, Values>; input: Values; output: Values }[];
  parameters: Record<string, number>;
}
// Made by tools/oracles/compact.py with PyTorch.
const golden: Golden = JSON.parse(readFileSync(new URL('./golden/compact.json', import.meta.url), 'utf8'));

describe('compact', () => {
  test('has as many parameters as the same network in PyTorch', () => {
    // By hand at x4: 896 + 8 * 9,248 + 13,872.
    expect(golden.parameters['4']).toBe(88_752);
    for (const [scale, count] of Object.entries(golden.parameters)) {
      expect(countParameters(compact({ scale: Number(scale) }))).toBe(count);
    }
  });

  test('names parameters as PyTorch does', () => {
    for (const { config, weights } of golden.cases) {
      expect(Object.keys(compact(config).parameters)).toEqual(Object.keys(weights));
    }
  });

  test('knows its radius', () => {
    expect(compact().radius).toBe(10);
    expect(compact({ depth: 0 }).radius).toBe(2);
    expect(compact({ depth: 3, base: 'bicubic' }).radius).toBe(5);
  });

  test('has its complete config as data', () => {
    expect(compact({ depth: 2 }).config).toEqual({ scale: 4, channels: 32, depth: 2, base: 'bilinear' });
  });

  test.each([
    [{ scale: 0 }, 'scale'],
    [{ scale: 2.5 }, 'scale'],
    [{ channels: -1 }, 'channels'],
    [{ depth: '8' }, 'depth'],
    [{ base: 'lanczos' }, 'bilinear, bicubic, nearest'],
    [{ chanels: 32 }, 'Did you mean "channels"'],
  ])('refuses %j', (config, words) => {
    expect(() => compact(config as CompactConfig)).toThrow(expect.objectContaining({ code: 'network/config' }));
    expect(() => compact(config as CompactConfig)).toThrow(words);
  });

  describeOnBackends('compact', () => {
    test.each(golden.cases.map(c => [JSON.stringify(c.config), c] as const))('equals PyTorch: %s', async (_, c) => {
      const network = compact(c.config);
      const weights = new Map(
        Object.entries(c.weights).map(([name, { shape, data }]) => [
          name,
          { dtype: 'f32', shape, data: Float32Array.from(data) } as const,
        ]),
      );
      const before = memory().numTensors;
      const parameters = Parameters.fromWeights(network.parameters, weights);
      const output = tidy(() => run(network, parameters, c.input));
      expect(output.shape).toEqual(c.output.shape);
      await expectClose(output, c.output.data, { tolerance: golden.tolerance });
      output.dispose();
      parameters.dispose();
      expect(memory().numTensors).toBe(before);
    });

    test('starts near its base interpolation', async () => {
      const network = compact();
      const parameters = Parameters.create(network.parameters, { seed: 1 });
      const output = tidy(() => run(network, parameters, { shape: [1, 8, 8, 3], data: Array(192).fill(0.5) }));
      const values = await output.data();
      output.dispose();
      parameters.dispose();
      const mean = Array.from(values, value => Math.abs(value - 0.5)).reduce((a, b) => a + b) / values.length;
      expect(mean).toBeLessThan(0.05);
    });
  });
});

function run(network: ReturnType<typeof compact>, parameters: Parameters, { shape, data }: Values): Tensor4D {
  return runNetwork({ network, parameters }, tensor4d(data, shape as [number, number, number, number])).output;
}
