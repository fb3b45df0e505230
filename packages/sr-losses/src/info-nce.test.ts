import { dispose, mul, ones, type Tensor, type Tensor3D, tensor } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { infoNce } from './info-nce.js';

// Long against a step of 0.01: directions bend near 0.
const random = new Random(1);
const draw = (...shape: [number, number, number]): number[] =>
  Array.from({ length: shape[0] * shape[1] * shape[2] }, () => random.uniform(-4, 4));
const [predictedValues, candidateValues] = [draw(2, 3, 4), draw(2, 7, 4)];

/** The first candidate is right for the first target, and so on; with `some`, every second of the others is wrong. */
function masks(some: boolean): { positives: Tensor3D; negatives?: Tensor3D } {
  const mask = (f: (target: number, candidate: number) => boolean): Tensor3D =>
    tensor(
      Array.from({ length: 21 }, (_, i) => (f(Math.floor(i / 7), i % 7) ? 1 : 0)),
      [1, 3, 7],
    );
  const positives = mask((target, candidate) => target === candidate);
  return some ? { positives, negatives: mask((t, c) => t !== c && c % 2 === 0) } : { positives };
}

describeOnBackends('infoNce', () => {
  // methods: n wrong ones as similar as the right one give ln(1 + n); 2051 and 9747 are SPSR's maps of 48 and 100 cells.
  test.each([1, 2051, 9747])('of %d equal candidates is ln(1 + n)', async count => {
    const [predicted, candidates] = [ones([1, 1, 4]) as Tensor3D, ones([1, count + 1, 4]) as Tensor3D];
    const first = new Float32Array(count + 1);
    first[0] = 1;
    const positives = tensor(first, [1, 1, count + 1]) as Tensor3D;
    const value = infoNce(predicted, candidates, { positives });
    await expectClose(value, [Math.log(1 + count)]);
    dispose([predicted, candidates, positives, value]);
  });

  test('does not look at the length of features', async () => {
    const predicted = tensor(predictedValues, [2, 3, 4]) as Tensor3D;
    const candidates = tensor(candidateValues, [2, 7, 4]) as Tensor3D;
    const [long, short] = [mul<Tensor3D>(predicted, 1000), mul<Tensor3D>(candidates, 1e-3)];
    const options = masks(true);
    const [value, scaled] = [infoNce(predicted, candidates, options), infoNce(long, short, options)];
    await expectClose(scaled, value);
    dispose([predicted, candidates, long, short, value, scaled, ...Object.values<Tensor>(options as never)]);
  });

  test.each([true, false])('has the gradients of its value (negatives: %s)', async some => {
    const [predicted, candidates] = [tensor(predictedValues, [2, 3, 4]), tensor(candidateValues, [2, 7, 4])];
    const options = masks(some);
    await checkGradients(
      (p, c) => infoNce(p as Tensor3D, c as Tensor3D, { ...options, gamma: 2 }),
      [predicted, candidates],
    );
    dispose([predicted, candidates, ...Object.values<Tensor>(options as never)]);
  });

  test('is finite for features of zeros', async () => {
    const [predicted, candidates] = [tensor(new Float32Array(12), [1, 3, 4]), tensor(new Float32Array(28), [1, 7, 4])];
    const options = masks(false);
    const value = infoNce(predicted as Tensor3D, candidates as Tensor3D, options);
    await expectClose(value, [Math.log(7)]);
    await checkGradients(p => infoNce(p as Tensor3D, candidates as Tensor3D, options), [predicted]);
    dispose([predicted, candidates, options.positives, value]);
  });
});

test('says which shapes it expects', () => {
  const [predicted, candidates] = [ones([2, 3, 4]) as Tensor3D, ones([2, 7, 5]) as Tensor3D];
  const options = masks(false);
  expect(() => infoNce(predicted, candidates, options)).toThrow(
    expect.objectContaining({ code: 'tensor/shape', message: expect.stringContaining('candidates') }),
  );
  dispose([predicted, candidates, options.positives]);
});
