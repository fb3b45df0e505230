import { addN, dispose, grads, mul, type Scalar, scalar, square, type Tensor } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { test } from 'vitest';
import { softmaxReweighed } from './softmax-reweighing.js';

const sumOf = (losses: Record<string, Scalar>): Scalar => addN(Object.values<Scalar>(losses));

describeOnBackends('softmaxReweighed', () => {
  test('gives equal losses equal weights, whatever their level', async () => {
    await expectNoLeaks(async () => {
      for (const level of [0, 0.5, 100]) {
        const loss = scalar(level);
        const terms = softmaxReweighed({ a: loss, b: loss, c: loss, d: loss });
        for (const term of Object.values(terms)) await expectClose(term, [level / 4]);
        dispose([loss, ...Object.values(terms)]);
      }
    });
  });

  test('weighs by the softmax', async () => {
    const [a, b] = [scalar(1), scalar(2)];
    const terms = softmaxReweighed({ a, b });
    // e / (e + e^2) = 0.268941, the logistic function of -1.
    await expectClose(terms.a, [0.268_941_42]);
    await expectClose(terms.b, [2 * 0.731_058_58]);
    dispose([a, b, terms.a, terms.b]);
  });

  // Akella et al., equation 7: the gradient is that of sum w_i L_i with w held; the naive one has w_i (L_i - sum) more.
  test('holds its weights constant', async () => {
    const [x, y] = [scalar(1), scalar(2)];
    const gradients = grads((a: Tensor, b: Tensor) =>
      sumOf(softmaxReweighed({ a: square(a) as Scalar, b: mul(b, 1.5) as Scalar })),
    )([x, y]);
    const weights = [1, 3].map(loss => Math.exp(loss) / (Math.exp(1) + Math.exp(3)));
    await expectClose(gradients[0]!, [weights[0]! * 2]);
    await expectClose(gradients[1]!, [weights[1]! * 1.5]);
    dispose([x, y, ...gradients]);
  });
});
