import { dispose, grad, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor, Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { goldenPairs, goldenPatterns, patternPair, tolerance } from './golden/metrics.js';
import { ssim } from './ssim.js';
import { testMetric } from './testing/index.js';

testMetric(ssim, { best: 1, leastSize: 11 });

describe('ssim', () => {
  test('of constants has no structure: 0.923092', async () => {
    const [value] = await ssim(constant(100), constant(150));
    // (2 * 100 * 150 + C1) / (100^2 + 150^2 + C1) with C1 = 6.5025.
    expect(value).toBeCloseTo(30_006.5025 / 32_506.5025, 12);
    expect(value).toBeCloseTo(0.923092, 6);
  });

  test('takes small pictures only with zero padding', async () => {
    const small = constant(7, 10);
    await expect(ssim(small, small)).rejects.toThrow('at least 11 x 11, received 10 x 10');
    expect(await ssim(small, small, { preset: 'zero-padded' })).toEqual(Float64Array.of(1));
  });

  describe.each(goldenPatterns())('of the pattern $width x $height', ({ pair, golden }) => {
    test('equals scikit-image', async () => {
      expect((await ssim(...pair))[0]).toBeCloseTo(golden.ssim, 9);
    });

    test('downsampled equals SciPy and scikit-image', async () => {
      expect((await ssim(...pair, { preset: 'downsample' }))[0]).toBeCloseTo(golden.downsample, 9);
    });

    test('zero-padded equals PyTorch', async () => {
      expect((await ssim(...pair, { preset: 'zero-padded' }))[0]).toBeCloseTo(golden.zeroPadded, 9);
    });
  });

  test.each(goldenPairs())('of $name equals scikit-image, piq and PyTorch', async ({ read, golden, options }) => {
    const [result, reference] = await read();
    const expectNear = (values: Float64Array, expected: number) =>
      expect(Math.abs(values[0]! - expected)).toBeLessThan(tolerance.ssim);
    expectNear(await ssim(result, reference, options), golden.ssim);
    expectNear(await ssim(result, reference, { ...options, preset: 'zero-padded' }), golden.zeroPadded);
    const downsampled = await ssim(result, reference, { ...options, preset: 'downsample' });
    expectNear(downsampled, golden.downsample);
    if (golden.piq !== undefined) expectNear(downsampled, golden.piq);
  });

  test.each(goldenPatterns().filter(({ golden }) => golden.map))(
    'the map of the pattern $width x $height equals scikit-image',
    async ({ width, height, pair, golden }) => {
      const [map] = await ssim.map(...pair);
      expect([map!.width, map!.height]).toEqual([width, height]);
      const at = (x: number, y: number) => map!.data[y * width + x]!;
      const inner = Array.from(golden.map!, (_, i) => at(5 + (i % (width - 10)), 5 + Math.floor(i / (width - 10))));
      await expectClose(inner, golden.map!, { tolerance: 1e-6 });
      // Beyond: the nearest.
      expect(at(0, 0)).toBe(at(5, 5));
      expect(at(width - 1, height - 1)).toBe(at(width - 6, height - 6));
    },
  );

  // Published with the metric's calibration (methods 1.3): MATLAB's own value is .8202.
  test.each(goldenPairs().filter(({ name }) => name.endsWith('goldhill_jpeg.gif, rgb, crop 0')))(
    'of goldhill has the published values',
    async ({ read }) => {
      const [result, reference] = await read();
      expect((await ssim(result, reference))[0]).toBeCloseTo(0.6824, 4);
      expect((await ssim(result, reference, { preset: 'downsample' }))[0]).toBeCloseTo(0.8202, 4);
    },
  );
});

describeOnBackends('ssim.loss', () => {
  test.each(['plain', 'zero-padded'] as const)('is 1 - ssim (%s)', async preset => {
    const [a, b] = patternPair(40, 23);
    const [prediction, target] = [pictureToTensor(a), pictureToTensor(b)];
    await expectNoLeaks(async () => {
      const loss = ssim.loss(prediction, target, { preset });
      const [value] = await ssim(a, b, { preset });
      expect((await loss.data())[0]).toBeCloseTo(1 - value!, 5);
      loss.dispose();
    });
    dispose([prediction, target]);
  });

  test.each(['plain', 'zero-padded'] as const)('has the gradient of its value (%s)', async preset => {
    const [prediction, target] = [noise(1, 14, 13, 2), noise(1, 14, 13, 3)];
    const before = grad((x: Tensor) => ssim.loss(x as Tensor4D, target, { preset }))(prediction);
    expect(before.shape).toEqual(prediction.shape);
    before.dispose();
    await expectNoLeaks(() =>
      checkGradients((x, y) => ssim.loss(x as Tensor4D, y as Tensor4D, { preset }), [prediction, target]),
    );
    dispose([prediction, target]);
  });

  test('refuses other shapes and pictures below the window', () => {
    const [a, b] = [noise(1, 12, 12, 1), noise(1, 12, 13, 1)];
    expect(() => ssim.loss(a, b)).toThrow('[1, 12, 12, 3] and [1, 12, 13, 3]');
    const small = noise(1, 10, 30, 1);
    expect(() => ssim.loss(small, small)).toThrow('at least 11 x 11 pixels, received 30 x 10');
    dispose([a, b, small]);
  });
});

function constant(value: number, size = 16): Picture {
  return { data: new Uint8Array(size * size).fill(value), width: size, height: size, channels: 1 };
}

function noise(batch: number, height: number, width: number, seed: number): Tensor4D {
  const random = new Random(seed);
  const values = Float32Array.from({ length: batch * height * width * 3 }, () => random.uniform());
  return tensor4d(values, [batch, height, width, 3]);
}
