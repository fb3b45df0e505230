import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Random, runNetwork } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { readFrozenGraph } from './frozen-graph.js';
import { loadNetwork } from './load-network.js';

interface Case {
  file: string;
  config: Record<string, number>;
  seed: number;
  size: [number, number];
  output: { shape: number[]; deviation: number; step: number; samples: number[] };
}
// Made by tools/oracles/frozen_graph.py with PyTorch.
const golden: { tolerance: number; cases: Case[] } = JSON.parse(
  readFileSync(new URL('./golden/frozen-graph.json', import.meta.url), 'utf8'),
);
const folder = assetsFolder('weights/reference-nets/fsrcnn_tf');

describeOnBackends(
  'frozen graphs',
  () => {
    test.skipIf(folder === undefined).each(golden.cases)('$file equals PyTorch', async c => {
      const model = await loadNetwork('fsrcnn', join(folder!, c.file), { config: c.config });
      const random = new Random(c.seed);
      const [height, width] = c.size;
      const pixels = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
      const output = tidy(() => runNetwork(model, tensor4d(pixels, [1, height, width, 3])).output);
      const { shape, deviation, step, samples } = c.output;
      expect(output.shape).toEqual(shape);
      const values = await output.data();
      for (const [i, sample] of samples.entries()) {
        expect(Math.abs(values[i * step]! - sample) / deviation).toBeLessThan(golden.tolerance);
      }
      output.dispose();
      model.parameters.dispose();
    });
  },
  { only: ['wasm'] },
);

describe('files that are no frozen graph', () => {
  test.each([
    ['nothing', []],
    ['text', [...new TextEncoder().encode('not a graph')]],
    ['a length beyond the end', [0x0a, 0x7f, 0x01]],
    ['a number without end', Array(20).fill(0xff)],
    ['a node that is a number', [0x08, 0x01]],
  ])('%s', (_, bytes) => {
    expect(() => readFrozenGraph(Uint8Array.from(bytes as number[]))).toThrow(
      expect.objectContaining({ code: 'weights/corrupt' }),
    );
  });

  test.skipIf(folder === undefined)('a graph of another depth is refused', async () => {
    const path = join(folder!, 'FSRCNN-small_x2.pb');
    const config = { scale: 2, channels: 32, inner: 5 };
    await expect(loadNetwork('fsrcnn', path, { config })).rejects.toMatchObject({ code: 'weights/missing' });
  });
});
