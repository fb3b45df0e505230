import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fitNiqe } from './fit-niqe.js';
import { fit, goldenCases, niqeParameters, tolerance } from './golden/no-reference.js';
import { readAsset } from './golden/pairs.js';
import { tidCases } from './golden/tid.js';
import { type NiqeParameters, niqe } from './niqe.js';
import { loadNiqe } from './niqe-parameters.js';
import { testNoReferenceMetric } from './testing/test-no-reference-metric.js';
import { noise } from './testing/test-pictures.js';

/** Parameters without a meaning, for tests that need none. */
const anyParameters: NiqeParameters = {
  mean: new Float64Array(36).fill(1),
  covariance: Float64Array.from({ length: 36 ** 2 }, (_, i) => (i % 37 === 0 ? 1 : 0)),
};
const parameters = niqeParameters();

testNoReferenceMetric(niqe({ parameters: anyParameters }), { leastSize: 96, size: 96 });

describe.runIf(parameters)('niqe with the parameters of its authors', () => {
  const metric = niqe({ parameters: parameters ?? anyParameters });
  const withNiqe = goldenCases().filter(each => each.niqe !== undefined);

  test.each(withNiqe)('of $name equals piq, SciPy and NumPy', async ({ read, niqe: expected }) => {
    const [value] = await metric(await read());
    expect(Math.abs(value! / expected! - 1)).toBeLessThan(tolerance);
  });

  // Methods 1.6: MATLAB 5.72957.
  test.each(withNiqe.filter(({ name }) => name.includes('baboon')))('of baboon is 5.7296', async ({ read }) => {
    expect((await metric(await read()))[0]).toBeCloseTo(5.7296, 4);
  });

  test.each(tidCases('niqe'))('of TID $name is as pyiqa and the authors’ program print it', async each => {
    const [result] = await each.read();
    const grey = { channel: 'grey' } as const;
    const [pyiqa] = await metric(result, undefined, { ...grey, preset: 'pyiqa' });
    expect(Math.abs(pyiqa! / each.pyiqa - 1)).toBeLessThan(1e-3);
    const [value] = await metric(result, undefined, grey);
    // A third of I19 is flat, where rounding decides (natural-statistics.ts).
    expect(Math.abs(value! / each.official - 1)).toBeLessThan(each.name === 'I19.bmp' ? 0.03 : 0.01);
    // Without flat areas all digits that the authors' program prints.
    if (each.name === 'I04.bmp') expect(value).toBeCloseTo(each.official, 9);
  });
});

describe('niqe', () => {
  test('of pictures without a block that varies is NaN', async () => {
    const flat: Picture = { data: new Uint8Array(96 * 96), width: 96, height: 96, channels: 1 };
    expect((await niqe({ parameters: anyParameters })(flat))[0]).toBeNaN();
  });

  test('refuses parameters of another size', () => {
    const short = { ...anyParameters, mean: new Float64Array(18) };
    expect(() => niqe({ parameters: short })).toThrow('received 18, 1296 and 96');
    const unsound = { ...anyParameters, mean: new Float64Array(36).fill(Number.NaN) };
    expect(() => niqe({ parameters: unsound })).toThrow('some not finite');
  });
});

describe('fitNiqe', () => {
  test.runIf(parameters)('equals piq, SciPy and NumPy', async () => {
    async function* pictures(): AsyncGenerator<Picture> {
      for (const each of fit.pictures) yield readAsset(each.picture, each);
    }
    let blocks = 0;
    const fitted = await fitNiqe(pictures(), {
      blockSize: fit.blockSize,
      onProgress: progress => {
        blocks = progress.blocks;
      },
    });
    expect(blocks).toBe(fit.blocks);
    for (const [i, mean] of fit.mean.entries()) {
      // Shapes are found to a thousandth.
      expect(Math.abs(fitted.mean[i]! - mean)).toBeLessThan(tolerance);
      expect(Math.abs(fitted.covariance[37 * i]! - fit.variances[i]!)).toBeLessThan(tolerance);
      expect(Math.abs(fitted.covariance[i]! - fit.covarianceOfFirst[i]!)).toBeLessThan(tolerance);
    }
    expect(fitted.blockSize).toBe(fit.blockSize);
  });

  test('makes parameters by which its own pictures are better than noise', async () => {
    const smooth = wave(160);
    const metric = niqe({ parameters: await fitNiqe([smooth], { blockSize: 16, sharpness: 0 }) });
    const [own] = await metric(smooth);
    const [other] = await metric(noise(160, 160, 1, 5));
    expect(own).toBeLessThan(0.1);
    expect(other).toBeGreaterThan(1);
  });

  test('refuses too few blocks and wrong options, and stops at its signal', async () => {
    await expect(fitNiqe([wave(96)])).rejects.toMatchObject({ code: 'metrics/parameters' });
    await expect(fitNiqe([], { blockSize: 31 })).rejects.toMatchObject({ code: 'metrics/option' });
    await expect(fitNiqe([wave(64)])).rejects.toMatchObject({ code: 'picture/size' });
    await expect(fitNiqe([wave(96)], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('loadNiqe', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.runIf(parameters)('finds the parameters in SR_WEIGHTS_DIR', async () => {
    vi.stubEnv('SR_WEIGHTS_DIR', assetsFolder('data/iqa/niqe'));
    const picture = noise(100, 100, 3, 1);
    const expected = await niqe({ parameters: parameters! })(picture);
    expect(await (await loadNiqe())(picture)).toEqual(expected);
  });
});

/** Waves with a little noise. */
function wave(size: number): Picture {
  const disturbance = noise(size, size, 1, 3).data;
  const data = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return 128 + 50 * Math.sin(x / 5) + 40 * Math.cos(y / 7) + disturbance[i]! / 16;
  });
  return { data, width: size, height: size, channels: 1 };
}
