import { cropPicture } from 'sr-data';
import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { byPatches } from './lpips-patches.js';
import { psnr } from './psnr.js';
import { ssim } from './ssim.js';

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}

describe('byPatches', () => {
  test('takes the mean over the patches of the largest square in the middle', async () => {
    const [a, b] = [noise(150, 133, 1), noise(150, 133, 2)];
    const patches = [0, 64].flatMap(y => [0, 64].map(x => ({ left: 11 + x, top: 2 + y, width: 64, height: 64 })));
    const values = await psnr(
      patches.map(area => cropPicture(a, area)),
      patches.map(area => cropPicture(b, area)),
    );
    const metric = byPatches(psnr);
    expect(metric.name).toBe('psnr-patch64');
    expect(metric.direction).toBe('higher');
    expect(await metric.patches(a, b)).toEqual([values]);
    expect((await metric(a, b))[0]).toBeCloseTo(values.reduce((sum, value) => sum + value) / 4, 12);
  });

  test('passes options on, and takes pictures of different sizes', async () => {
    const pictures = [noise(64, 64, 1), noise(40, 90, 3)];
    const others = [noise(64, 64, 2), noise(40, 90, 4)];
    const metric = byPatches(ssim, { size: 32, name: 'small' });
    const values = await metric.patches(pictures, others, { channel: 'y' });
    expect(values.map(({ length }) => length)).toEqual([4, 1]);
    const whole = await ssim(cropPicture(pictures[1]!, area), cropPicture(others[1]!, area), { channel: 'y' });
    expect((await metric(pictures, others, { channel: 'y' }))[1]).toBe(whole[0]);
  });

  test('refuses pictures below a patch and unequal sizes', async () => {
    await expect(byPatches(psnr)(noise(63, 90, 1), noise(63, 90, 2))).rejects.toMatchObject({
      code: 'picture/size',
      message: 'psnr-patch64: expected pictures of at least 64 x 64, received 63 x 90.',
    });
    await expect(byPatches(psnr)(noise(64, 90, 1), noise(90, 64, 2))).rejects.toMatchObject({ code: 'picture/size' });
  });
});

/** The middle of 40 x 90. */
const area = { left: 4, top: 29, width: 32, height: 32 };
