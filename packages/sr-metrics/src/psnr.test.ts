import { tensor4d } from '@tensorflow/tfjs-core';
import type { Picture } from 'sr-tensor';
import { describeOnBackends } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { goldenPairs, goldenPatterns, tolerance } from './golden/metrics.js';
import { psnr } from './psnr.js';
import { testMetric } from './testing/index.js';

testMetric(psnr, { best: Number.POSITIVE_INFINITY });

describe('psnr', () => {
  // Course notes in methods: MSE = (121 + 144 + 4761 + 2500) / 4 = 1881.5.
  test('of four grey values, worked by hand', async () => {
    const [value] = await psnr(grey([242, 231, 219, 150], 2), grey([231, 219, 150, 100], 2));
    expect(value).toBeCloseTo(10 * Math.log10(255 ** 2 / 1881.5), 12);
    expect(value).toBeCloseTo(15.3858, 4);
  });

  test('of luma, worked by hand', async () => {
    // Y = 16 + 65.481 = 81.481 (red) and 16 + 128.553 = 144.553 (green), rounded 81 and 145.
    const red: Picture = { data: Uint8Array.of(255, 0, 0), width: 1, height: 1, channels: 3 };
    const green: Picture = { data: Uint8Array.of(0, 255, 0), width: 1, height: 1, channels: 3 };
    const [rounded] = await psnr(red, green, { channel: 'y' });
    expect(rounded).toBeCloseTo(20 * Math.log10(255 / 64), 12);
    const [exact] = await psnr(red, green, { channel: 'y', roundLuma: false });
    expect(exact).toBeCloseTo(20 * Math.log10(255 / 63.072), 5);
  });

  test('leaves the border out', async () => {
    const a = grey(new Array(25).fill(100), 5);
    const values = new Array(25).fill(0);
    values[12] = 110;
    expect((await psnr(grey(values, 5), a, { cropBorder: 2 }))[0]).toBeCloseTo(20 * Math.log10(25.5), 12);
  });

  test('clips floats and rounds them on request', async () => {
    const reference: Picture = { data: Float32Array.of(1, 0.5), width: 2, height: 1, channels: 1 };
    const result: Picture = { data: Float32Array.of(1.5, 0.5009), width: 2, height: 1, channels: 1 };
    expect((await psnr(result, reference))[0]).toBeCloseTo(-20 * Math.log10(0.0009 / Math.SQRT2), 2);
    expect((await psnr(result, reference, { clip: false }))[0]).toBeCloseTo(-20 * Math.log10(0.5 / Math.SQRT2), 2);
    // 127.5 and 127.73 both become 128.
    expect((await psnr(result, reference, { quantize: true }))[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test('refuses floats outside [0, 1] and NaN on request', async () => {
    const reference: Picture = { data: Float32Array.of(1, 0.5), width: 2, height: 1, channels: 1 };
    for (const wrong of [Float32Array.of(1.5, 0), Float32Array.of(0, Number.NaN)]) {
      const result = { ...reference, data: wrong };
      await expect(psnr(result, reference, { checkRange: true })).rejects.toMatchObject({ code: 'picture/range' });
    }
    expect(await psnr(reference, reference, { checkRange: true })).toEqual(Float64Array.of(Number.POSITIVE_INFINITY));
  });

  test('says where nothing is left after the crop', async () => {
    const a = grey(new Array(16).fill(1), 4);
    await expect(psnr(a, a, { cropBorder: 2 })).rejects.toThrow('at least 5 x 5 (1 after a crop of 2 a side)');
  });

  test.each([-1, 1.5, Number.NaN])('refuses a crop of %s', async cropBorder => {
    const a = grey([1], 1);
    await expect(psnr(a, a, { cropBorder })).rejects.toMatchObject({ code: 'metrics/option' });
  });

  test.each(goldenPatterns())('of the pattern $width x $height equals scikit-image', async ({ pair, golden }) => {
    expect((await psnr(...pair))[0]).toBeCloseTo(golden.psnr, 9);
  });

  test.each(goldenPairs())('of $name equals scikit-image', async ({ read, golden, options }) => {
    const [result, reference] = await read();
    const [value] = await psnr(result, reference, options);
    expect(Math.abs(value! - golden.psnr)).toBeLessThan(tolerance.psnr);
    if (golden.psnrOfExactLuma === undefined) return;
    const [exact] = await psnr(result, reference, { ...options, roundLuma: false });
    expect(Math.abs(exact! - golden.psnrOfExactLuma)).toBeLessThan(tolerance.psnr);
  });
});

describeOnBackends('psnr of a batch', () => {
  test('gives a value a picture', async () => {
    const reference = tensor4d([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [2, 1, 1, 3]);
    const result = tensor4d([0.6, 0.6, 0.6, 0.51, 0.51, 0.51], [2, 1, 1, 3]);
    const values = await psnr(result, reference);
    expect(values).toHaveLength(2);
    expect(values[0]).toBeCloseTo(20, 4);
    expect(values[1]).toBeCloseTo(40, 4);
    reference.dispose();
    result.dispose();
  });
});

function grey(values: number[], width: number): Picture {
  return { data: Uint8Array.from(values), width, height: values.length / width, channels: 1 };
}
