import { type Encoder, type Picture, Random } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import type { OptimizationStep } from './optimize-picture.js';
import { invertFeatures, synthesizeTexture, transferTexture } from './reconstruct.js';

describeOnBackends(
  'reconstruction',
  () => {
    const common = { preset: 'pytorch-tutorial', iterations: 30, lineSearch: 'strong-wolfe' } as const;

    test('the first layer knows the picture', async () => {
      await expectNoLeaks(async () => {
        const encoder = tinyEncoder() as unknown as Encoder;
        const photo = noise(10, 8);
        const steps = await all(invertFeatures(photo, { ...common, encoder, layers: ['first'] }));
        expect(steps.at(-1)!.losses.content).toBeLessThan(steps[0]!.losses.content / 100);
        expect(steps.every(({ losses }) => losses.style === 0)).toBe(true);
        // Four channels of 3 x 3 pixels determine three colours: the picture itself comes back.
        const [first, last] = [steps[0]!, steps.at(-1)!].map(({ picture }) => distance(picture, photo));
        expect(last).toBeLessThan(first! / 2);
        encoder.dispose();
      });
    });

    test('a texture has the size that is asked for and the matrices of its model', async () => {
      await expectNoLeaks(async () => {
        const encoder = tinyEncoder() as unknown as Encoder;
        const size = { width: 14, height: 9 };
        const steps = await all(
          synthesizeTexture(noise(8, 8), { ...common, encoder, layers: ['first', 'second'], ...size }),
        );
        expect(steps.at(-1)!.picture).toMatchObject(size);
        expect(steps.at(-1)!.losses.total).toBeLessThan(steps[0]!.losses.total / 10);
        expect(steps.every(({ losses }) => losses.content === 0)).toBe(true);
        encoder.dispose();
      });
      expect(() => synthesizeTexture(noise(8, 8), { width: 0 })).toThrow(
        expect.objectContaining({ code: 'style/option' }),
      );
    });

    test('a picture gets its own texture back, from white and region by region', async () => {
      await expectNoLeaks(async () => {
        const encoder = tinyEncoder() as unknown as Encoder;
        const photo = noise(12, 10);
        const options = { encoder, layers: ['first', 'second'], iterations: 20, lineSearch: 'strong-wolfe' } as const;
        const [first] = await all(transferTexture(photo, { ...options, iterations: 1 }));
        const white = { ...photo, data: new Uint8Array(photo.data.length).fill(255) };
        const [same] = await all(transferTexture(photo, { ...options, iterations: 1, start: white }));
        expect(first!.losses).toEqual(same!.losses);
        expect(first!.losses.content).toBe(0);
        for (const masks of [undefined, [half(photo, 0), half(photo, 1)]]) {
          const steps = await all(transferTexture(photo, { ...options, ...(masks && { masks }) }));
          expect(steps.at(-1)!.losses.total).toBeLessThan(steps[0]!.losses.total / 10);
        }
        // What already is the picture stays it.
        const [own] = await all(transferTexture(photo, { ...options, iterations: 1, start: photo }));
        expect(own!.losses.total).toBeLessThan(1e-9 * first!.losses.total);
        encoder.dispose();
      });
    });
  },
  { only: ['native'] },
);

function half({ width, height }: Picture, k: number): Picture {
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 === (k === 0) ? 255 : 0));
  return { data, width, height, channels: 1 };
}

async function all(steps: AsyncGenerator<OptimizationStep>): Promise<OptimizationStep[]> {
  const found: OptimizationStep[] = [];
  for await (const step of steps) found.push(step);
  return found;
}

function distance(a: Picture, b: Picture): number {
  return [...a.data].reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0);
}

function noise(width: number, height: number): Picture {
  const random = new Random(3);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return { data, width, height, channels: 3 };
}
