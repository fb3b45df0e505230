/** As bicubic.test.ts, on the larger sets and at the other scales (methods 1.2). */
import { assetsFolder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { scoreBicubic } from './golden/bicubic.js';

const bench = assetsFolder('data/bench');

describe.skipIf(bench === undefined)('bicubic', () => {
  // Set14 at x2 and x3 is left out: those references are cropped from originals larger than the ones at hand (x4).
  test.each([
    ['Set5/x2', 2, 33.649, 0.9295, 0.9379],
    ['Set5/x3', 3, 30.386, 0.8679, 0.8799],
    ['Set5/x4', 8, 24.39, 0.6572, 0.6656],
    ['Set14/x4', 4, 26.087, 0.7042, 0.7846],
    ['Set14/x4', 8, 23.184, 0.5661, 0.6205],
  ])('%s at x%i has the known PSNR and SSIM', async (folder, scale, psnr, ssim, downsample) => {
    const scores = await scoreBicubic(`${bench}/${folder}`, { scale });
    expect(Math.abs(scores.psnr - psnr)).toBeLessThan(0.001);
    expect(Math.abs(scores.ssim - ssim)).toBeLessThan(0.0002);
    expect(Math.abs(scores.downsample - downsample)).toBeLessThan(0.0002);
  });

  test('Set14/x4 has the known values of single pictures', async () => {
    const { pictures } = await scoreBicubic(`${bench}/Set14/x4`, { scale: 4 });
    for (const [number, psnr, ssim] of [
      [1, 22.4358, 0.452],
      [5, 21.6901, 0.5834],
    ] as const) {
      expect(Math.abs(pictures.get(number)!.psnr - psnr)).toBeLessThan(0.001);
      expect(Math.abs(pictures.get(number)!.ssim - ssim)).toBeLessThan(0.0002);
    }
  });

  test('Set14/x4 has the values of the SPSR tables when the small pictures are not rounded', async () => {
    const scores = await scoreBicubic(`${bench}/Set14/x4`, { scale: 4, quantize: false });
    expect(Math.abs(scores.psnr - 26.1001)).toBeLessThan(0.001);
    expect(Math.abs(scores.downsample - 0.785)).toBeLessThan(0.0002);
  });
});
