import { readFileSync } from 'node:fs';
import { memory, mul } from '@tensorflow/tfjs-core';
import { alexNet, createEncoder, squeezeNet, vgg19 } from 'sr-features';
import { type Encoder, type Picture, Random } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, randomWeights, tinyEncoder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import type { MaskMode } from './objective.js';
import type { OptimizationState, OptimizationStep } from './optimize-picture.js';
import { type OptimizeStyleOptions, optimizeStyle } from './optimize-style.js';
import type { OptimizationPreset, TermWeights } from './presets.js';

interface Case {
  preset: OptimizationPreset;
  network: 'tiny' | 'vgg19';
  contentLayers: Record<string, number>;
  styleLayers: Record<string, number>;
  weights: TermWeights;
  start: 'noise' | 'content';
  iterations: number;
  optimizer: 'lbfgs' | 'adam';
  masks: MaskMode | null;
  normalizeGradients: boolean;
  size: number;
  styleSize: [number, number];
  /** Total, content, style, smoothness at each evaluation, in float64. */
  losses: [number, number, number, number][];
  /** How far PyTorch's own curve in float32 goes away from it at most; of fifty iterations over VGG. */
  drift?: number;
}
interface Golden {
  tolerance: number;
  side: number;
  cases: Case[];
}
// Made by tools/oracles/style_optimization.py with PyTorch.
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/optimization.json', import.meta.url), 'utf8'));

describeOnBackends(
  'the losses are those of PyTorch',
  backend => {
    // Fifty iterations over VGG take wasm a minute.
    test.each(golden.cases.filter(({ drift }) => backend === 'native' || drift === undefined))(
      '$preset, $network, $size, $start, $iterations of $optimizer, masks: $masks, unit gradients: $normalizeGradients',
      async c => {
        await expectNoLeaks(async () => {
          const { side, tolerance } = golden;
          const content = blocks(1, c.size, c.size, side);
          const style = blocks(2, ...c.styleSize, side);
          const vgg = (): Encoder =>
            createEncoder(vgg19, randomWeights(1), {
              layers: ['relu2_2'],
              preprocessing: c.preset === 'pytorch-tutorial' ? 'torchvision' : 'caffe',
              pooling: c.preset === 'gatys' ? 'average' : 'max',
            });
          const encoder = c.network === 'tiny' ? tiny() : vgg();
          const masks = [0, 1].map(k => ({ content: half(content, k), style: half(style, k) }));
          const steps = optimizeStyle(content, style, {
            ...c,
            encoder,
            styleScale: 'as-is',
            project: false,
            ...(c.masks === null ? { masks: undefined, maskMode: undefined } : { masks, maskMode: c.masks }),
          } as OptimizeStyleOptions);
          for await (const { iteration, losses } of steps) {
            const expected = c.losses[iteration - 1]!;
            const found = [losses.total, losses.content, losses.style, losses.smoothness];
            for (const [i, value] of found.entries()) {
              const difference = Math.abs(value - expected[i]!) / Math.max(expected[i]!, 1e-3 * expected[0]);
              expect(difference, `term ${i} of iteration ${iteration}`).toBeLessThan(tolerance);
            }
          }
          encoder.dispose();
        });
      },
    );
  },
  { only: ['wasm', 'native'] },
);

const layers = { contentLayers: ['second'], styleLayers: ['first', 'second'] };

describeOnBackends('optimizeStyle', () => {
  const base = { ...layers, seed: 3, weights: { content: 1, style: 10, smoothness: 0 } };

  test('falls at every iteration with a line search, stays in the box, and leaves nothing behind', async () => {
    await expectNoLeaks(async () => {
      const encoder = tiny();
      const options = { ...base, encoder, iterations: 6, lineSearch: 'strong-wolfe', project: true } as const;
      const steps = await all(optimizeStyle(blocks(1, 12, 16), blocks(2, 8, 8), options));
      const totals = steps.map(({ losses }) => losses.total);
      for (const [i, total] of totals.entries()) if (i > 0) expect(total).toBeLessThanOrEqual(totals[i - 1]!);
      expect(totals.at(-1)).toBeLessThan(totals[0]! / 2);
      expect(steps.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
      const { pixels } = await stateAfter(optimizeStyle(blocks(1, 12, 16), blocks(2, 8, 8), options), 4);
      expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...pixels)).toBeLessThanOrEqual(255);
      encoder.dispose();
    });
  });

  test('goes on from a state as if it had never stopped', async () => {
    const encoder = tiny();
    for (const optimizer of ['lbfgs', 'adam'] as const) {
      const options = { ...base, encoder, optimizer, iterations: 3, levels: 2 };
      const run = (resume?: OptimizationState): AsyncGenerator<OptimizationStep> =>
        optimizeStyle(blocks(1, 12, 16), blocks(2, 8, 8), { ...options, ...(resume && { resume }) });
      const whole = await all(run());
      expect(whole.map(({ picture }) => picture.width)).toEqual([8, 8, 8, 16, 16, 16]);
      for (const after of [2, 3, 4]) {
        const state = await stateAfter(run(), after);
        const rest = await all(run(state));
        expect(rest.map(({ iteration }) => iteration)).toEqual(whole.slice(after).map(({ iteration }) => iteration));
        expect(rest.at(-1)!.losses.total).toBe(whole.at(-1)!.losses.total);
        expect(rest.at(-1)!.picture.data).toEqual(whole.at(-1)!.picture.data);
      }
    }
    encoder.dispose();
  });
});

describeOnBackends(
  'optimizeStyle where it matters less where it runs',
  () => {
    const options = { ...layers, seed: 3, iterations: 2, weights: { content: 1, style: 10, smoothness: 0 } };
    const [photo, painting] = [blocks(1, 12, 16), blocks(2, 8, 8)];

    test('several styles pull by their weights; the box does not matter where nothing touches it', async () => {
      const encoder = tiny();
      const total = async (styles: Parameters<typeof optimizeStyle>[1], more = {}): Promise<number> => {
        const steps = await all(optimizeStyle(photo, styles, { ...options, encoder, ...more }));
        return steps.at(-1)!.losses.total;
      };
      const other = blocks(7, 8, 8);
      const one = await total(painting);
      expect(await total([painting])).toBe(one);
      expect(await total([{ picture: painting, weight: 3 }])).toBeCloseTo(one, 3);
      expect(await total([painting, painting])).toBeCloseTo(one, 3);
      expect(await total([painting, other])).not.toBeCloseTo(one, 3);
      expect(await total(painting, { project: true, learningRate: 1e-3 })).toBe(
        await total(painting, { project: false, learningRate: 1e-3 }),
      );
      encoder.dispose();
    });

    test('a step into NaN is taken back and tried shorter; then it is an error', async () => {
      const encoder = tiny();
      const sick = (limit: number): Encoder =>
        Object.assign((...args: Parameters<Encoder>) => {
          const maps = encoder(...args);
          // Far from pictures the features are no numbers.
          const far = args[0].abs().max().dataSync()[0]! > limit;
          return far
            ? Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, mul(map, Number.NaN)]))
            : maps;
        }, encoder) as Encoder;
      const long = { ...options, iterations: 4, learningRate: 1, optimizer: 'adam' as const };
      const start = { ...photo, data: photo.data.map(v => v / 2) };
      const steps = await all(
        optimizeStyle(photo, painting, { ...long, start, learningRate: 300, encoder: sick(1.3) }),
      );
      expect(steps).toHaveLength(4);
      expect(steps.every(({ losses }) => Number.isFinite(losses.total))).toBe(true);
      const before = memory().numTensors;
      const seen: number[] = [];
      const failing = async (): Promise<void> => {
        const run = optimizeStyle(photo, painting, {
          ...long,
          start: 'white',
          encoder: sick(0.9999),
          contentLayers: ['second'],
        });
        for await (const { iteration } of run) seen.push(iteration);
      };
      await expect(failing()).rejects.toMatchObject({ code: 'style/diverged' });
      expect(memory().numTensors).toBe(before);
      encoder.dispose();
    });

    test('says what is wrong', async () => {
      const encoder = tiny();
      const wrong = async (code: string, more: object, styles: unknown = painting): Promise<void> =>
        expect(all(optimizeStyle(photo, styles as Picture, { ...options, encoder, ...more }))).rejects.toMatchObject({
          code,
        });
      await wrong('style/preset', { preset: 'dali' });
      await wrong('style/option', { iterations: 0 });
      await wrong('style/option', { levels: 1.5 });
      await wrong('style/option', { styleScale: 0 });
      await wrong('style/option', { weights: { style: -1 } });
      await wrong('style/option', { masks: [{ content: half(photo, 0), of: 1 }] });
      await wrong('style/option', {}, [{ picture: painting, weight: 0 }]);
      await wrong('style/masks', { masks: [{ content: half(painting, 0) }] });
      await wrong('style/masks', { masks: [{ content: { ...half(photo, 0), data: new Uint8Array(12 * 16) } }] });
      await wrong('style/masks', { masks: [{ content: half(photo, 0), style: half(photo, 0) }] });
      await wrong('style/state', { resume: { level: 0, width: 3, height: 3, pixels: new Float32Array(27) } });
      await wrong('aborted', { signal: AbortSignal.abort() });
      for (const strength of [-0.1, 1.1, Number.NaN]) await wrong('style/strength', { strength });
      const deep = createEncoder(squeezeNet, randomWeights(1));
      const deepStyle = { contentLayers: [], styleLayers: ['fire9'] };
      await wrong('style/too-small', { encoder: deep, contentLayers: ['fire9'], styleLayers: ['relu1'] });
      await wrong('style/too-small', { encoder: deep, ...deepStyle, styleScale: 'as-is' }, blocks(2, 32, 8));
      deep.dispose();
      encoder.dispose();
    });

    test('costs nothing where there is nothing to change', async () => {
      const encoder = tiny();
      // 16 x 16 both: the style is not resized.
      const [picture] = [blocks(1, 16, 16)];
      const [step] = await all(
        optimizeStyle(picture, picture, { ...options, encoder, start: 'content', iterations: 1 }),
      );
      // Of blocks in random colours it would cost about 1.
      expect(step!.losses.total).toBeLessThan(1e-9);
      encoder.dispose();
    });

    test('strength blends the content and the result, at every size', async () => {
      const encoder = tiny();
      const run = async (more: object): Promise<Picture> =>
        (await all(optimizeStyle(photo, painting, { ...options, encoder, levels: 2, ...more }))).at(-1)!.picture;
      const full = await run({});
      expect((await run({ strength: 1 })).data).toEqual(full.data);
      expect((await run({ strength: 0 })).data).toEqual(photo.data);
      const half = (await run({ strength: 0.5 })).data;
      for (const [i, value] of half.entries()) {
        expect(Math.abs(value - (photo.data[i]! + full.data[i]!) / 2)).toBeLessThanOrEqual(0.5);
      }
      // Colours are kept at the sizes before the last, too.
      await run({ keepColor: 'luma' });
      encoder.dispose();
    });

    test('SqueezeNet and AlexNet have a preset of their own, and layers for the others', async () => {
      for (const network of [squeezeNet, alexNet]) {
        const encoder = createEncoder(network, randomWeights(1));
        const run = (more: OptimizeStyleOptions): Promise<OptimizationStep[]> =>
          all(optimizeStyle(blocks(1, 64, 96), blocks(2, 64, 64), { encoder, iterations: 1, start: 'noise', ...more }));
        // Two sizes: a third of them would be too small to show anything.
        const own = await run({});
        expect(own.map(({ picture }) => picture.width)).toEqual([48, 96]);
        const [published, ...none] = await run({ preset: 'gatys' });
        expect(none).toEqual([]);
        for (const { losses } of [...own, published!]) {
          expect(losses.content).toBeGreaterThan(0);
          expect(losses.style).toBeGreaterThan(0);
        }
        encoder.dispose();
      }
    });
  },
  { only: ['native'] },
);

describe('an aborted optimisation', () => {
  test('is over after the iteration in work', async () => {
    const encoder = tiny();
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const steps = optimizeStyle(blocks(1, 12, 16), blocks(2, 8, 8), {
        ...layers,
        encoder,
        signal: controller.signal,
      });
      for await (const { iteration } of steps) {
        seen.push(iteration);
        if (iteration === 2) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual([1, 2]);
    encoder.dispose();
  });
});

function tiny(): Encoder {
  return tinyEncoder() as unknown as Encoder;
}

/** Squares in random 8-bit colours, as the oracle draws them. */
function blocks(seed: number, height: number, width: number, side = 4): Picture {
  const random = new Random(seed);
  const columns = width / side;
  const colors = Uint8Array.from({ length: (height / side) * columns * 3 }, () => random.uint32() % 256);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / side) * columns + Math.floor(x / side)) * 3;
      data.set(colors.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height, channels: 3 };
}

/** The left or the right half of a picture as a mask. */
function half({ width, height }: Picture, k: number): Picture {
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 === (k === 0) ? 255 : 0));
  return { data, width, height, channels: 1 };
}

async function all(steps: AsyncGenerator<OptimizationStep>): Promise<OptimizationStep[]> {
  const found: OptimizationStep[] = [];
  for await (const step of steps) found.push(step);
  return found;
}

async function stateAfter(steps: AsyncGenerator<OptimizationStep>, iteration: number): Promise<OptimizationState> {
  for await (const step of steps) if (step.iteration === iteration) return await step.state();
  throw new Error('unreachable');
}
