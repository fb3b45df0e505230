import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { blurPicture, gaussianBlurKernel } from '../blur-kernel.js';
import { randomDegradation } from '../degradation.js';
import { resizePicture } from '../resize-picture.js';
import { degradePicture } from './degrade-picture.js';
import { lowResolution } from './low-resolution.js';

const random = new Random(8);
const picture: Picture = {
  data: Uint8Array.from({ length: 48 * 40 * 3 }, () => random.int(256)),
  width: 48,
  height: 40,
  channels: 3,
};

describe('lowResolution', () => {
  test.each(['matlab', 'pil', 'torch'] as const)('bicubic is what %s does to 8 bits', async preset => {
    const small = await lowResolution(picture, { degradation: { kind: 'bicubic', preset }, scale: 4 });
    expect(small).toEqual(resizePicture(picture, { width: 12, height: 10 }, { preset }));
  });

  test('lanczos and antialiasing are handed on', async () => {
    const lanczos = await lowResolution(picture, { degradation: { kind: 'lanczos', preset: 'pil' }, scale: 2 });
    expect(lanczos).toEqual(resizePicture(picture, { scale: 0.5 }, { preset: 'pil', kernel: 'lanczos' }));
    const degradation = { kind: 'bicubic', preset: 'torch', antialias: true } as const;
    const smooth = await lowResolution(picture, { degradation, scale: 2 });
    expect(smooth).toEqual(resizePicture(picture, { scale: 0.5 }, { preset: 'torch', antialias: true }));
  });

  test('blur and bicubic, rounded once', async () => {
    const floats = { ...picture, data: Float32Array.from(picture.data, v => v / 255) };
    const soft = blurPicture(floats, gaussianBlurKernel({ size: 9, sigma: 1 }));
    const expected = resizePicture(soft, { scale: 0.25 }).data.map(v => Math.round(Math.min(Math.max(v, 0), 1) * 255));
    const { data } = await lowResolution(picture, { degradation: { kind: 'blur-bicubic' }, scale: 4 });
    expect([...data]).toEqual([...expected]);
  });

  test('a random one depends on the seed', async () => {
    const options = { degradation: { kind: 'random', order: 1 }, scale: 2 } as const;
    const steps = randomDegradation({ width: 48, height: 40, scale: 2, order: 1, seed: 7 });
    const small = await lowResolution(picture, { ...options, seed: 7 });
    expect(small).toEqual(await degradePicture(picture, steps));
    expect(await lowResolution(picture, { ...options, seed: 8 })).not.toEqual(small);
  });

  test('steps must give the size', async () => {
    const steps = [{ type: 'resize', to: { scale: 1 / 2 } }] as const;
    const degradation = { kind: 'steps', steps } as const;
    expect(await lowResolution(picture, { degradation, scale: 2 })).toEqual(await degradePicture(picture, steps));
    await expect(lowResolution(picture, { degradation, scale: 4 })).rejects.toMatchObject({ code: 'data/option' });
  });
});
