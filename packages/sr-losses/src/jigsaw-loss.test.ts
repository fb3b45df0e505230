import { dispose, matMul, scalar, type Tensor, type Tensor2D, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { draw, valuesOf } from './golden/extractor.js';
import golden from './golden/extractor.json' with { type: 'json' };
import { jigsawLoss, jigsawPermutations, jigsawSuccess } from './jigsaw-loss.js';

const { spacing, permutations, value: expectedValue, gradient } = golden.jigsaw;
const options = { spacing, corners: [[2, 4]] as const, permutations };

describeOnBackends('jigsawLoss', () => {
  test(`equals ${golden.tool} ${golden.version}`, async () => {
    await expectNoLeaks(async () => {
      const [features, weight, one] = [draw(11, [2, 9, 10, 4], 1), draw(13, [16, 24], 0.5), scalar(1)];
      const loss = (x: Tensor, w: Tensor): Tensor =>
        jigsawLoss(x as Tensor4D, { ...options, classify: pieces => matMul(pieces, w as Tensor2D) });
      const value = loss(features, weight);
      await expectClose(value, [expectedValue], golden);
      const slopes = gradientsOf(loss as never, [features, weight], one);
      await expectClose(await valuesOf(slopes), gradient, golden);
      await checkGradients(loss as never, [features, weight]);
      dispose([features, weight, one, value, ...slopes]);
    });
  });

  test('of several grids is the mean of the losses of each', async () => {
    const [features, weight] = [draw(11, [2, 9, 10, 4], 1), draw(13, [16, 24], 0.5)];
    const classify = (x: Tensor2D): Tensor2D => matMul(x, weight as Tensor2D);
    const of = (corners: readonly [number, number][], orders: readonly number[]): Promise<Float32Array> => {
      const value = jigsawLoss(features as Tensor4D, { classify, spacing, corners, permutations: orders });
      return value.data<'float32'>().finally(() => value.dispose());
    };
    const [both] = await of([[2, 4], [0, 1]], [3, 17, 8, 20]); // biome-ignore format: a grid a pair
    const [[first], [second]] = [await of([[2, 4]], [3, 8]), await of([[0, 1]], [17, 20])];
    expect(both).toBeCloseTo((first! + second!) / 2, 5);
    dispose([features, weight]);
  });

  test(`success equals ${golden.tool} ${golden.version}`, async () => {
    await expectNoLeaks(async () => {
      const [features, weight] = [draw(11, [2, 9, 10, 4], 1), draw(13, [16, 24], 0.5)];
      const success = jigsawSuccess(features as Tensor4D, {
        classify: x => matMul(x, weight as Tensor2D),
        spacing,
        corners: jigsawPermutations.map(() => [1, 2] as const),
        permutations: [...jigsawPermutations.keys(), ...jigsawPermutations.keys()],
      });
      expect(success.shape).toEqual([2, 24]);
      expect([...(await success.data())]).toEqual(golden.success.jigsaw);
      dispose([features, weight, success]);
    });
  });

  test('of a classifier that knows nothing is ln 24', async () => {
    const features = draw(1, [2, 9, 10, 4], 1) as Tensor4D;
    const value = jigsawLoss(features, { ...options, classify: () => zeros([2, 24]) });
    await expectClose(value, [Math.log(24)]);
    dispose([features, value]);
  });
});

test('there are 24 orders, each once', () => {
  expect(jigsawPermutations.length).toBe(24);
  expect(new Set(jigsawPermutations.map(String)).size).toBe(24);
});

test('says what it expects', () => {
  const features = zeros([2, 5, 5, 4]) as Tensor4D;
  const classify = (): Tensor2D => zeros([2, 24]);
  expect(() => jigsawLoss(features, { classify, spacing: 3, corners: [[2, 0]], permutations: [0, 1] })).toThrow(
    expect.objectContaining({ code: 'losses/place' }),
  );
  expect(() => jigsawLoss(features, { classify, spacing: 3, corners: [[1, 1]], permutations: [0, 24] })).toThrow(
    expect.objectContaining({ code: 'losses/permutation' }),
  );
  features.dispose();
});
