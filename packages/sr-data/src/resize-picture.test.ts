import { join } from 'node:path';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { cropPicture, modCrop } from './crop-picture.js';
import golden from './golden/resize.json' with { type: 'json' };
import { readPicture } from './node/read-picture.js';
import { type ResizePictureOptions, resizePicture } from './resize-picture.js';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const small: Picture = { data: bytesOf(golden.pixels), width: golden.width, height: golden.height, channels: 3 };

describe('MATLAB', () => {
  const set5 = assetsFolder('data/bench/Set5/matlab-lr');
  const names = ['baby', 'bird', 'butterfly', 'head', 'woman'];
  test.skipIf(set5 === undefined).each([2, 3, 4])(
    'the low-resolution pictures of Set5 at 1/%i, bit by bit',
    async scale => {
      for (const name of names) {
        const hr = modCrop(await readPicture(join(set5!, 'Set5', `${name}.bmp`)), { scale });
        const lr = await readPicture(join(set5!, 'Set5_LR', `x${scale}`, `${name}x${scale}.bmp`));
        const ours = resizePicture(hr, { scale: 1 / scale });
        expect([ours.width, ours.height]).toEqual([lr.width, lr.height]);
        expect(Buffer.compare(ours.data as Uint8Array, lr.data as Uint8Array)).toBe(0);
      }
    },
  );

  test('the kernel at 1/4 on an impulse', () => {
    // The published taps of imresize at 1/4, 16 and symmetric. An impulse of 1 in a row of zeros gives each output its tap.
    const taps = [-0.00170898, -0.01098633, -0.01831055, -0.01196289, 0.02270508, 0.09741211, 0.18188477, 0.2409668];
    for (const [i, tap] of [...taps, ...[...taps].reverse()].entries()) {
      // Output 4 sees inputs 10 to 25.
      const data = new Float32Array(40);
      data[10 + i] = 1;
      const row = resizePicture({ data, width: 40, height: 1, channels: 1 }, { width: 10, height: 1 });
      expect(row.data[4]).toBeCloseTo(tap, 7);
    }
  });

  test('sizes are rounded up', () => {
    expect(resizePicture(small, { scale: 1 / 4 })).toMatchObject({ width: 5, height: 3 });
    expect(resizePicture(small, { scale: 4 })).toMatchObject({ width: 68, height: 44 });
  });
});

describe('Pillow and PyTorch', () => {
  const cases = golden.cases.map(entry => ({
    ...entry,
    label: `${entry.preset} ${entry.kernel} ${entry.width} x ${entry.height}`,
  }));
  test.each(cases.filter(entry => entry.preset === 'pil'))('$label', ({ kernel, width, height, pixels }) => {
    const ours = resizePicture(small, { width, height }, { preset: 'pil', kernel } as ResizePictureOptions);
    expect(Buffer.from(ours.data.buffer)).toEqual(Buffer.from(pixels!, 'base64'));
  });
  test.each(cases.filter(entry => entry.preset === 'torch'))('$label antialias $antialias', entry => {
    const { kernel, width, height, antialias, values } = entry;
    const options = { preset: 'torch', kernel, antialias, quantize: false } as ResizePictureOptions;
    const ours = resizePicture(small, { width, height }, options);
    const expected = new Float64Array(bytesOf(values!).buffer);
    // The reference is in doubles, the result is stored in float32.
    for (const [i, value] of expected.entries()) expect(Math.abs(ours.data[i]! - value)).toBeLessThan(1e-7);
  });
});

test('16 bits keep their depth, floats are not clipped', () => {
  const data = Uint16Array.of(0, 65_535, 0, 65_535);
  const picture: Picture = { data, width: 4, height: 1, channels: 1 };
  const wide = resizePicture(picture, { width: 16, height: 1 });
  expect(wide.data).toBeInstanceOf(Uint16Array);
  expect(Math.max(...wide.data)).toBe(65_535);
  const floats = resizePicture(picture, { width: 16, height: 1 }, { quantize: false });
  expect(floats.data).toBeInstanceOf(Float32Array);
  expect(Math.max(...floats.data)).toBeGreaterThan(1.05);
  expect(Math.min(...floats.data)).toBeLessThan(-0.05);
});

test('alpha is resized for itself: colours do not change where it does', () => {
  const picture: Picture = {
    data: Uint8Array.of(200, 0, 200, 255, 200, 0, 200, 255),
    width: 4,
    height: 1,
    channels: 2,
  };
  const wide = resizePicture(picture, { width: 8, height: 1 });
  expect(wide.data.filter((_, i) => i % 2 === 0)).toEqual(new Uint8Array(8).fill(200));
});

test('metadata and channels are kept, sizes are checked', () => {
  const metadata = { density: 300 };
  expect(resizePicture({ ...small, metadata }, { scale: 2 })).toMatchObject({ metadata, channels: 3 });
  for (const target of [{ scale: 0 }, { scale: Number.NaN }, { width: 1.5, height: 2 }, { width: -1, height: 2 }]) {
    expect(() => resizePicture(small, target)).toThrow(expect.objectContaining({ code: 'resize/size' }));
  }
});

test.each(['matlab', 'pil', 'torch', 'tensorflow1'] as const)('%s: an area is cut out of the whole', preset => {
  for (const size of [
    { width: 9, height: 5 },
    { width: 40, height: 31 },
    { width: 8, height: 30 },
  ]) {
    const whole = resizePicture(small, size, { preset });
    for (const area of [
      { left: 0, top: 0, ...size },
      { left: 3, top: 1, width: 4, height: 3 },
      { left: size.width - 2, top: size.height - 1, width: 2, height: 1 },
    ]) {
      expect(resizePicture(small, size, { preset, area })).toEqual(cropPicture(whole, area));
    }
  }
  const outside = { left: 6, top: 0, width: 4, height: 1 };
  expect(() => resizePicture(small, { width: 9, height: 5 }, { preset, area: outside })).toThrow(
    expect.objectContaining({ code: 'resize/size' }),
  );
});
