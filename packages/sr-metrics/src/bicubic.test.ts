/** PSNR and SSIM of bicubic enlargement, as published (methods 1.2): with sr-data's resizing, end to end. */
import { assetsFolder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { scoreBicubic } from './golden/bicubic.js';

const set5 = assetsFolder('data/bench/Set5/x4');

describe.skipIf(set5 === undefined)('bicubic x4 on Set5', () => {
  test('has the known PSNR and SSIM', async () => {
    const scores = await scoreBicubic(set5!, { scale: 4 });
    expect(Math.abs(scores.psnr - 28.419)).toBeLessThan(0.001);
    expect(Math.abs(scores.ssim - 0.8102)).toBeLessThan(0.0002);
    expect(Math.abs(scores.downsample - 0.8245)).toBeLessThan(0.0002);
    // Baby and butterfly.
    expectPicture(scores.pictures.get(1)!, 31.7727, 0.8564);
    expectPicture(scores.pictures.get(3)!, 22.0975, 0.7368);
  });

  test('has the values of the SPSR tables when the small pictures are not rounded', async () => {
    const scores = await scoreBicubic(set5!, { scale: 4, quantize: false });
    expect(Math.abs(scores.psnr - 28.4197)).toBeLessThan(0.001);
    expect(Math.abs(scores.downsample - 0.8245)).toBeLessThan(0.0002);
  });
});

function expectPicture(values: { psnr: number; ssim: number }, psnr: number, ssim: number): void {
  expect(Math.abs(values.psnr - psnr)).toBeLessThan(0.001);
  expect(Math.abs(values.ssim - ssim)).toBeLessThan(0.0002);
}
