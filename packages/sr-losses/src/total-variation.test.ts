import { grad, memory, type Scalar, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import type { Loss } from './loss.js';
import { testLoss } from './testing/index.js';
import { type TotalVariationPreset, totalVariation } from './total-variation.js';

const presets: TotalVariationPreset[] = [
  'johnson',
  'leftthomas',
  'basicsr',
  'piq-l1',
  'piq-l2',
  'piq-l2-squared',
  'mahendran',
];

/** All values differ by more than 1 / 120, so that no absolute difference changes its sign within a step of 2e-3. */
function distinct(shape: readonly number[]): [Float32Array, Float32Array] {
  const count = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from(new Random(1).permutation(count), rank => (rank + 0.5) / count);
  return [values, values];
}

for (const preset of presets) {
  testLoss(totalVariation({ preset }), {
    name: `totalVariation, ${preset}`,
    kind: 'prior',
    gradients: { order: 2, ...(preset === 'basicsr' || preset === 'piq-l1' ? { step: 2e-3 } : {}) },
    gradientsAt: distinct,
  });
}
testLoss(totalVariation({ preset: 'mahendran', beta: 3 }), {
  name: 'totalVariation, mahendran, beta 3',
  kind: 'prior',
  gradients: { order: 2 },
});

describeOnBackends('totalVariation', () => {
  test.each(presets)('%s ignores a constant added to all pixels', async preset => {
    const values = [0.1, 0.7, 0.3, 0.9, 0.2, 0.4, 0.5, 0.6, 0.8, 0.15, 0.25, 0.35];
    const loss = totalVariation({ preset });
    const image = tensor4d(values, [1, 2, 2, 3]);
    const brighter = tensor4d(
      values.map(value => value + 0.5),
      [1, 2, 2, 3],
    );
    const [before, after] = [loss(image), loss(brighter)];
    await expectClose(after, before);
    // Hence the gradient sums to 0.
    const slopes = grad((x: Tensor) => loss(x as Tensor4D))(image);
    const numbers = Array.from<number>(await slopes.data());
    const sum = numbers.reduce((total, slope) => total + slope, 0);
    expect(Math.abs(sum)).toBeLessThan(1e-5 * Math.max(...numbers.map(Math.abs)));
    for (const tensor of [image, brighter, before, after, slopes]) tensor.dispose();
  });

  test('by hand', async () => {
    // One channel differs: rows 0, 1 and 3, 7 (right 1 and 4, below 3 and 6).
    const image = tensor4d(
      [0, 1, 3, 7].flatMap(value => [value, 0.5, 0.5]),
      [1, 2, 2, 3],
    );
    const expected: [ReturnType<typeof totalVariation>, number][] = [
      [totalVariation(), (255 ** 2 / 2) * (1 + 9)],
      [totalVariation({ preset: 'leftthomas' }), 2 * ((1 + 16) / 6 + (9 + 36) / 6)],
      [totalVariation({ preset: 'basicsr' }), 5 / 6 + 9 / 6],
      [totalVariation({ preset: 'piq-l1' }), 14],
      [totalVariation({ preset: 'piq-l2' }), Math.sqrt(62)],
      [totalVariation({ preset: 'piq-l2-squared' }), 62],
      [totalVariation({ preset: 'mahendran' }), 62],
      [totalVariation({ preset: 'mahendran', beta: 1 }), Math.sqrt(1 + 9) + 6 + 4],
    ];
    for (const [loss, number] of expected) {
      const value = loss(image);
      await expectClose(value, [number]);
      value.dispose();
    }
    image.dispose();
  });
});

test('sums over the images of a batch, or takes their mean', async () => {
  const values = [0, 1, 3, 7, 2, 0, 1, 1].flatMap(value => [value, 0.5, 0.5]);
  const both = tensor4d(values, [2, 2, 2, 3]);
  // Right 1 and below 3; right 2 and below 1.
  const sum = (255 ** 2 / 2) * (1 + 9 + 4 + 1);
  for (const [reduction, expected] of [
    ['sum', sum],
    ['batch-mean', sum / 2],
  ] as const) {
    const value = totalVariation({ reduction })(both);
    await expectClose(value, [expected]);
    value.dispose();
  }
  both.dispose();
  expect(() => totalVariation({ reduction: 'mean' as 'sum' })).toThrow(
    expect.objectContaining({ code: 'losses/reduction' }),
  );
});

test('is a loss, whose target is ignored', () => {
  const loss: Loss = totalVariation();
  const [image, other] = [
    tensor4d([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1], [1, 2, 2, 3]),
    tensor4d([1, 1, 1], [1, 1, 1, 3]),
  ];
  const before = memory().numTensors;
  const value: Scalar = loss(image, other);
  value.dispose();
  expect(memory().numTensors).toBe(before);
  image.dispose();
  other.dispose();
});

test('refuses what it cannot compute', () => {
  expect(() => totalVariation({ preset: 'rudin' as TotalVariationPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset' }),
  );
  expect(() => totalVariation({ beta: 0 })).toThrow(expect.objectContaining({ code: 'losses/beta' }));
  const line = tensor4d([0, 0, 0], [1, 1, 1, 3]);
  expect(() => totalVariation()(line)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
  line.dispose();
});
