import { backend, fill, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { pictureToTensor, Random, tensorToPictures } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { goldenCases } from './golden/full-reference.js';
import { goldenPairs, goldenPatterns, tolerance } from './golden/metrics.js';
import { msSsim } from './ms-ssim.js';
import { ssim } from './ssim.js';

describeOnBackends(
  'SSIM in doubles',
  () => {
    /** Of tensors as of their values as pictures, which JavaScript measures. */
    const expectSame = async (metric: typeof ssim | typeof msSsim, a: Tensor4D, b: Tensor4D, options: object) => {
      const [x, y] = [await tensorToPictures(a, { bitDepth: 32 }), await tensorToPictures(b, { bitDepth: 32 })];
      const expected = await metric(x, y, options);
      const values = await metric(a, b, options);
      expect(values.length).toBe(expected.length);
      for (const [i, value] of values.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12);
    };

    const presets = ['plain', 'downsample', 'zero-padded'] as const;
    const channels = ['rgb', 'y', 'grey'] as const;

    test.each([
      ['noise', [2, 23, 40]],
      ['one position of the window', [1, 11, 11]],
      ['rows that do not divide by the bands', [1, 33, 18]],
    ] as const)('equals JavaScript: %s', async (_, shape) => {
      const [a, b] = [noise(shape, 1), noise(shape, 2)];
      for (const preset of presets) {
        for (const channel of channels) await expectSame(ssim, a, b, { preset, channel });
      }
      await expectSame(ssim, a, b, { clip: false });
      if (shape[1] > 20) await expectSame(ssim, a, b, { cropBorder: 3 });
      if (shape[1] < 12) await expectSame(ssim, a, b, { cropBorder: 5, preset: 'zero-padded' });
      a.dispose();
      b.dispose();
    });

    // Factors 2 and 3, where the boxes begin one pixel before, and more rows than are taken at once.
    test.each([
      [1, 385, 398],
      [1, 641, 650],
      [1, 300, 1400],
    ])('equals JavaScript: large', async (...shape) => {
      const [a, b] = [noise(shape, 3), noise(shape, 4)];
      await expectSame(ssim, a, b, { preset: 'downsample' });
      if (shape[1] === 300) await expectSame(ssim, a, b, {});
      a.dispose();
      b.dispose();
    });

    test('equals JavaScript: flat', async () => {
      const [white, grey] = [fill([1, 40, 40, 3], 1), fill([1, 40, 40, 3], 0.25)] as [Tensor4D, Tensor4D];
      for (const preset of presets) await expectSame(ssim, white, grey, { preset });
      expect(await ssim(white, white)).toEqual(Float64Array.of(1));
      white.dispose();
      grey.dispose();
    });

    test.each(goldenPatterns())('equals scikit-image: the pattern $width x $height', async ({ pair, golden }) => {
      const [a, b] = [pictureToTensor(pair[0]), pictureToTensor(pair[1])];
      // Tensors hold n / 255 in 24 bits.
      expect(Math.abs((await ssim(a, b))[0]! - golden.ssim)).toBeLessThan(tolerance.ssim);
      expect(Math.abs((await ssim(a, b, { preset: 'zero-padded' }))[0]! - golden.zeroPadded)).toBeLessThan(
        tolerance.ssim,
      );
      a.dispose();
      b.dispose();
    });

    test.each(goldenPairs().filter(({ options }) => options.channel === 'rgb'))(
      'equals scikit-image, piq and PyTorch: $name',
      async ({ read, golden, options }) => {
        const [a, b] = (await read()).map(picture => pictureToTensor(picture)) as [Tensor4D, Tensor4D];
        const expectNear = async (preset: (typeof presets)[number], expected: number) => {
          const [value] = await ssim(a, b, { ...options, preset });
          expect(Math.abs(value! - expected)).toBeLessThan(tolerance.ssim);
        };
        await expectNear('plain', golden.ssim);
        await expectNear('downsample', golden.downsample);
        await expectNear('zero-padded', golden.zeroPadded);
        await expectSame(ssim, a, b, options);
        a.dispose();
        b.dispose();
      },
    );

    test.each(['matlab', 'piq'] as const)('equals JavaScript: MS-SSIM, %s', async preset => {
      for (const shape of [
        [1, 163, 170],
        [2, 176, 165],
      ]) {
        const [a, b] = [noise(shape, 5), noise(shape, 6)];
        await expectSame(msSsim, a, b, { preset });
        a.dispose();
        b.dispose();
      }
    });

    test.each(goldenCases())('equals piq: MS-SSIM of $name', async ({ read, msSsim: expected }) => {
      const [a, b] = (await read()).map(picture => pictureToTensor(picture)) as [Tensor4D, Tensor4D];
      expect(Math.abs((await msSsim(a, b, { preset: 'piq' }))[0]! - expected)).toBeLessThan(1e-6);
      a.dispose();
      b.dispose();
    });

    test('leaves nothing behind, and the rest to JavaScript', async () => {
      const { binding } = backend() as unknown as { binding: { getNumOfTensors(): number } };
      const [a, b] = [noise([1, 20, 20], 7), noise([1, 20, 21], 8)];
      const missing = tensor4d(new Float32Array(1200).fill(Number.NaN), [1, 20, 20, 3]);
      await ssim(missing, a);
      const before = binding.getNumOfTensors();
      await expectNoLeaks(async () => {
        expect(await ssim(missing, a)).toEqual(Float64Array.of(Number.NaN));
        await expect(ssim(a, b)).rejects.toThrow('20 x 20 (result) and 21 x 20 (reference)');
        await expect(ssim(missing, a, { checkRange: true })).rejects.toThrow('NaN');
        await expect(ssim(a, a, { cropBorder: 5 })).rejects.toThrow('at least 21 x 21');
        expect(await ssim(a, a, { quantize: true })).toEqual(Float64Array.of(1));
      });
      expect(binding.getNumOfTensors()).toBe(before);
      for (const tensor of [a, b, missing]) tensor.dispose();
    });
  },
  { only: ['native'] },
);

/** Some of it outside [0, 1]. */
function noise([batch, height, width]: readonly number[], seed: number): Tensor4D {
  const random = new Random(seed);
  const values = Float32Array.from({ length: batch! * height! * width! * 3 }, () => random.uniform(-0.1, 1.1));
  return tensor4d(values, [batch!, height!, width!, 3]);
}
