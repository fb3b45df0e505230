import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type GradientMapLossPreset, gradientMapLoss } from './gradient-map-loss.js';
import type { Norm } from './norm.js';
import { testLoss } from './testing/index.js';

/** Noisy ramps, one four times as steep: no gradient is near 0, where the root bends, nor are two of them alike. */
function ramps([batch = 0, height = 0, width = 0, channels = 0]: readonly number[]): [Float32Array, Float32Array] {
  const random = new Random(1);
  const target = Float32Array.from({ length: batch * height * width * channels }, (_, i) => {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / channels / width) % height;
    return 1 + column + 0.7 * row + random.uniform(0, 0.1);
  });
  return [target.map(value => 4 * value + random.uniform(0, 0.1)), target];
}

testLoss(gradientMapLoss(), { name: 'gradientMapLoss, paper', gradients: { order: 2 }, gradientsAt: ramps });
testLoss(gradientMapLoss({ preset: 'code' }), {
  name: 'gradientMapLoss, code',
  gradients: { order: 2 },
  gradientsAt: ramps,
});
testLoss(gradientMapLoss({ norm: 'l2', paddingMode: 'replicate' }), {
  name: 'gradientMapLoss, replicate',
  gradients: { order: 2 },
  gradientsAt: ramps,
});

describeOnBackends('gradientMapLoss', () => {
  // methods: a constant image c has the map 1e-3 inside, sqrt(c^2 + 1e-6) on edges, sqrt(2 c^2 + 1e-6) in corners.
  test('of constant images is that of their borders', async () => {
    const [prediction, target] = [fill([1, 4, 5, 3], 0.6), fill([1, 4, 5, 3], 0.2)] as [Tensor4D, Tensor4D];
    const [corner, edge] = [(c: number) => Math.sqrt(2 * c * c + 1e-6), (c: number) => Math.sqrt(c * c + 1e-6)];
    const [corners, edges] = [corner(0.6) - corner(0.2), edge(0.6) - edge(0.2)];
    const paper = gradientMapLoss()(prediction, target);
    await expectClose(paper, [(4 * corners + 10 * edges) / 20], { tolerance: 1e-6 });
    // Padding 2: of 6 x 7 places 28 see an edge (half of them from outside the image), 4 a corner, 10 nothing.
    const code = gradientMapLoss({ preset: 'code' })(prediction, target);
    await expectClose(code, [(4 * corners ** 2 + 28 * edges ** 2) / 42], { tolerance: 1e-6 });
    const replicate = gradientMapLoss({ paddingMode: 'replicate' })(prediction, target);
    await expectClose(replicate, [0], { tolerance: 1e-8 });
    for (const tensor of [prediction, target, paper, code, replicate]) tensor.dispose();
  });
});

test('names the presets and norms there are', () => {
  expect(() => gradientMapLoss({ preset: 'spsr' as GradientMapLossPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('paper or code') }),
  );
  expect(() => gradientMapLoss({ norm: 'l3' as Norm })).toThrow(
    expect.objectContaining({ code: 'losses/norm', message: expect.stringContaining('l1 or l2') }),
  );
});
