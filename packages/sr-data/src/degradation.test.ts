import { type Picture, Random } from 'sr-tensor';
import { describe, expect, test } from 'vitest';
import { addNoise } from './add-noise.js';
import { type DegradationStep, randomDegradation } from './degradation.js';

const size = { width: 96, height: 64, scale: 4 };

describe('addNoise', () => {
  const grey = (data: Picture['data'], channels: 1 | 3 | 4): Picture => ({
    data,
    width: data.length / channels / 100,
    height: 100,
    channels,
  });

  test('has the deviation asked for and no mean, the same for a seed', () => {
    const picture = grey(new Float32Array(30_000).fill(0.5), 3);
    const noisy = addNoise(picture, { deviation: 10, seed: 4 });
    const noise = Array.from(noisy.data, value => (value - 0.5) * 255);
    const mean = noise.reduce((sum, n) => sum + n, 0) / noise.length;
    // Four standard errors of 30,000 numbers: 10 / sqrt(30,000) and 10 / sqrt(60,000).
    expect(Math.abs(mean)).toBeLessThan(0.24);
    expect(Math.abs(Math.sqrt(noise.reduce((sum, n) => sum + n * n, 0) / noise.length) - 10)).toBeLessThan(0.17);
    expect(addNoise(picture, { deviation: 10, seed: 4 })).toEqual(noisy);
    expect(addNoise(picture, { deviation: 10, seed: 5 })).not.toEqual(noisy);
  });

  test('grey noise is one number a pixel; alpha stays; whole numbers are clipped', () => {
    const { data } = addNoise(grey(new Uint8Array(4000).fill(128), 4), { deviation: 20, seed: 1, grey: true });
    for (let i = 0; i < data.length; i += 4)
      expect([data[i + 1], data[i + 2], data[i + 3]]).toEqual([data[i], data[i], 128]);
    expect(Math.max(...addNoise(grey(new Uint8Array(300).fill(255), 1), { deviation: 50, seed: 1 }).data)).toBe(255);
  });

  test('refuses a negative deviation', () => {
    const picture = grey(new Uint8Array(100), 1);
    expect(() => addNoise(picture, { deviation: -1, seed: 0 })).toThrow('expected a deviation of at least 0');
  });
});

describe('randomDegradation', () => {
  const types = (steps: readonly DegradationStep[]): string => steps.map(({ type }) => type).join(' ');

  test('gives the same steps for the same seed, as plain data', () => {
    const steps = randomDegradation({ ...size, seed: 9 });
    expect(randomDegradation({ ...size, seed: 9 })).toEqual(steps);
    expect(randomDegradation({ ...size, seed: 10 })).not.toEqual(steps);
    expect(JSON.parse(JSON.stringify(steps))).toEqual(steps);
  });

  test('goes through blur, resize, noise and JPEG twice, then to the final size, ringing and JPEG in either order', () => {
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => types(randomDegradation({ ...size, seed }))));
    for (const chain of seen) {
      expect(chain).toMatch(/^blur resize noise jpeg (blur )?resize noise (resize (blur )?jpeg|jpeg resize( blur)?)$/);
    }
    expect(seen.size).toBe(8);
    const once = new Set(
      Array.from({ length: 30 }, (_, seed) => types(randomDegradation({ ...size, seed, order: 1 }))),
    );
    for (const chain of once) expect(chain).toMatch(/^blur resize noise (resize (blur )?jpeg|jpeg resize( blur)?)$/);
  });

  test('stays in its ranges', () => {
    const random = new Random(2);
    for (let i = 0; i < 100; i++) {
      const steps = randomDegradation({ ...size, seed: random.uint32() });
      const resizes = steps.filter(step => step.type === 'resize').map(({ to }) => to);
      expect(resizes.at(-1)).toEqual({ width: 24, height: 16 });
      for (const step of steps) {
        if (step.type === 'noise') expect(step.deviation).toBeGreaterThanOrEqual(1);
        if (step.type === 'noise') expect(step.deviation).toBeLessThan(30);
        if (step.type === 'jpeg') expect([step.quality >= 30, step.quality <= 95]).toEqual([true, true]);
        if (step.type === 'blur') expect(step.kernel.size % 2).toBe(1);
        if (step.type === 'blur') expect(step.kernel.size).toBeLessThanOrEqual(21);
      }
    }
  });

  test('refuses sides that the scale does not divide', () => {
    expect(() => randomDegradation({ width: 10, height: 8, scale: 4, seed: 0 })).toThrow('multiples of 4');
  });
});
