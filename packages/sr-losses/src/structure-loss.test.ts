import { dispose, type Scalar, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { brighter, smallEncoder, smallWeights } from './golden/small-encoder.js';
import type { Norm } from './norm.js';
import { structureLoss } from './structure-loss.js';
import { testLoss } from './testing/index.js';

// Weights are made when the loss runs, on the backend of the test, and go with the caller's tidy.
for (const norm of ['l1', 'l2'] as const) {
  testLoss(
    (prediction, target) =>
      structureLoss({ encoder: smallEncoder(smallWeights({ low: 0.1, bias: 16 })), norm })(prediction, target),
    { name: `structureLoss, ${norm}`, gradients: { order: 2 }, gradientsAt: brighter },
  );
}

describeOnBackends('structureLoss', () => {
  test('looks at the layer it is told, by default the last', async () => {
    const weights = smallWeights();
    const asked: string[] = [];
    const small = smallEncoder(weights);
    const encoder = Object.assign(
      (images: Tensor4D, options: { layers: readonly ('first' | 'second')[] }) => {
        asked.push(...options.layers);
        return small(images, options);
      },
      { ...small, encoderName: 'asked' },
    );
    const [a, b] = [
      tensor4d(new Float32Array(60).fill(0.2), [1, 4, 5, 3]),
      tensor4d(new Float32Array(60), [1, 4, 5, 3]),
    ];
    const values: Scalar[] = [structureLoss({ encoder })(a, b), structureLoss({ encoder, layer: 'first' })(a, b)];
    expect(asked).toEqual(['second', 'second', 'first', 'first']);
    dispose([a, b, ...values, ...weights] as Tensor[]);
  });
});

test('names the norms there are', () => {
  const encoder = smallEncoder([]);
  expect(() => structureLoss({ encoder, norm: 'cosine' as Norm })).toThrow(
    expect.objectContaining({ code: 'losses/norm', message: expect.stringContaining('l1 or l2') }),
  );
});
