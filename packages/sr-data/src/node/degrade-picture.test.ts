import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { gaussianBlurKernel } from '../blur-kernel.js';
import { randomDegradation } from '../degradation.js';
import { resizePicture } from '../resize-picture.js';
import { degradePicture } from './degrade-picture.js';
import { encodePicture } from './encode-picture.js';
import { readPicture } from './read-picture.js';

const random = new Random(3);
const photo: Picture = {
  data: Uint8Array.from({ length: 64 * 96 * 3 }, (_, i) => 100 + 60 * Math.sin(i / 500) + random.uniform(-20, 20)),
  width: 96,
  height: 64,
  channels: 3,
};

describe('degradePicture', () => {
  test('a JPEG alone is what encoding and reading give', async () => {
    const direct = await readPicture(await encodePicture(photo, { format: 'jpeg', quality: 40 }));
    expect(await degradePicture(photo, [{ type: 'jpeg', quality: 40 }])).toEqual(direct);
  });

  test('rounds once, at the end', async () => {
    const steps = [{ type: 'resize', to: { scale: 1 / 4 } }] as const;
    const exact = resizePicture(photo, { scale: 1 / 4 }, { quantize: false });
    const small = await degradePicture(photo, steps);
    expect([small.width, small.height]).toEqual([24, 16]);
    expect(small.data).toEqual(Uint8Array.from(exact.data, v => Math.min(Math.max(Math.round(v * 255), 0), 255)));
  });

  test('every drawn chain gives the final size, the same for the same seed', async () => {
    for (const seed of [1, 2, 3]) {
      const steps = randomDegradation({ width: 96, height: 64, scale: 2, seed });
      const small = await degradePicture(photo, steps);
      expect([small.width, small.height, small.channels]).toEqual([48, 32, 3]);
      expect(small.data).toBeInstanceOf(Uint8Array);
      expect(await degradePicture(photo, steps)).toEqual(small);
    }
  });

  test('keeps the depth of 16 bits and floats, and its input', async () => {
    const before = photo.data.slice();
    const steps = [{ type: 'blur', kernel: gaussianBlurKernel({ size: 5, sigma: 1 }) }] as const;
    const deep = { ...photo, data: Uint16Array.from(photo.data, v => v * 257) };
    expect((await degradePicture(deep, steps)).data).toBeInstanceOf(Uint16Array);
    const floats = { ...photo, data: Float32Array.from(photo.data, v => v / 255) };
    expect((await degradePicture(floats, steps)).data).toBeInstanceOf(Float32Array);
    await degradePicture(photo, steps);
    expect(photo.data).toEqual(before);
  });

  test('stops by a signal', async () => {
    const steps = [{ type: 'jpeg', quality: 40 }] as const;
    await expect(degradePicture(photo, steps, { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ code: 'aborted' }),
    );
  });
});
