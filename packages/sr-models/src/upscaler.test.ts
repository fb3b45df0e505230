import { clipByValue, memory, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import {
  defineNetwork,
  type Model,
  type Network,
  Parameters,
  type Picture,
  pictureToTensor,
  Random,
  runNetwork,
} from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { compact } from './compact.js';
import { loadUpscaler } from './load-upscaler.js';
import type { Progress, Upscaler } from './upscaler.js';

describe('Upscaler', () => {
  describeOnBackends('tiles', backend => {
    // A tile takes the CPU that emulates a GPU seconds.
    const isEmulated = backend === 'webgl' || backend === 'webgpu';

    test.each([1, 2, 3, 4])('equal the whole at scale %i', async scale => {
      await withModel(compact({ scale, channels: 4, depth: 3 }), async (model, upscaler) => {
        // 26 is the smallest tile for a radius of 5; 27 leaves uneven rests; 1000 is the whole.
        for (const [width, height, fewTiles] of [
          [1, 1, [26]],
          [1, 67, [27]],
          [70, 1, [40]],
          [9, 8, [1000]],
          [61, 43, [27]],
          [27, 90, [40]],
        ] as const) {
          const picture = noise(width, height, 3, Float32Array);
          const whole = await inOnePiece(model, picture);
          for (const tile of isEmulated ? fewTiles : [26, 27, 40, 1000]) {
            const tiled = await upscaler.upscale(picture, { tile });
            expect([tiled.width, tiled.height]).toEqual([width * scale, height * scale]);
            expect(largestDifference(tiled.data, whole)).toBeLessThan(1e-5);
          }
        }
      });
    });

    test('leave no tensors behind', async () => {
      await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
        const picture = noise(50, 40, 4);
        await expectNoLeaks(() => upscaler.upscale(picture, { tile: 24 }));
        await expectNoLeaks(async () => {
          for await (const _ of upscaler.strips(picture, { tile: 24 })) break;
        });
        await expectNoLeaks(async () => {
          const signal = AbortSignal.abort();
          await upscaler.upscale(picture, { tile: 24, signal }).catch(() => undefined);
        });
      });
    });

    test('with ensemble: the mean of all flips and quarter turns of the picture, tile by tile', async () => {
      await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
        const full = noise(31, 22, 3, Float32Array);
        // Of little contrast: results that are clipped have another mean.
        const picture = { ...full, data: full.data.map(value => 0.4 + 0.2 * value) };
        const sum = new Float64Array(62 * 44 * 3);
        for (const symmetry of symmetries) {
          const big = moved(await upscaler.upscale(moved(picture, symmetry)), inverse(symmetry));
          for (let i = 0; i < sum.length; i++) sum[i]! += big.data[i]! / symmetries.length;
        }
        const ensemble = await upscaler.upscale(picture, { ensemble: true, tile: 24 });
        expect(largestDifference(ensemble.data, sum)).toBeLessThan(1e-5);
        expect(largestDifference((await upscaler.upscale(picture)).data, sum)).toBeGreaterThan(1e-3);
      });
    });

    test('two calls at once', async () => {
      await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (model, upscaler) => {
        const pictures = [noise(50, 40, 3, Float32Array), noise(31, 66, 3, Float32Array)];
        const results = await Promise.all(pictures.map(picture => upscaler.upscale(picture, { tile: 24 })));
        for (const [i, { data }] of results.entries()) {
          expect(largestDifference(data, await inOnePiece(model, pictures[i]!))).toBeLessThan(1e-5);
        }
      });
    });
  });

  describeOnBackends(
    'upscale',
    () => {
      test('a radius that is too small would show', async () => {
        const honest = compact({ scale: 2, channels: 4, depth: 3 });
        await withModel({ ...honest, radius: 3 }, async (model, upscaler) => {
          const picture = noise(61, 43, 3, Float32Array);
          const tiled = await upscaler.upscale(picture, { tile: 26 });
          expect(largestDifference(tiled.data, await inOnePiece(model, picture))).toBeGreaterThan(1e-5);
        });
      });

      test('strips have the full width and follow each other', async () => {
        await withModel(compact({ scale: 3, channels: 3, depth: 1 }), async (_, upscaler) => {
          const picture = noise(50, 60, 3);
          const whole = await upscaler.upscale(picture, { tile: 1000 });
          const strips: Picture[] = [];
          for await (const strip of upscaler.strips(picture, { tile: 24 })) strips.push(strip);
          expect(strips.length).toBeGreaterThan(2);
          expect(strips.every(strip => strip.width === 150)).toBe(true);
          expect(strips.reduce((sum, strip) => sum + strip.height, 0)).toBe(180);
          const joined = strips.flatMap(strip => [...strip.data]);
          expect(largestDifference(joined, whole.data)).toBeLessThanOrEqual(1);
        });
      });

      test.each([
        [1, Uint8Array],
        [2, Uint8Array],
        [3, Uint8Array],
        [4, Uint8Array],
        [1, Uint16Array],
        [4, Uint16Array],
        [3, Float32Array],
      ] as const)('keeps %i channels of %O', async (channels, Type) => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
          const picture = { ...noise(30, 20, channels, Type), metadata: { density: 300 } };
          const before = picture.data.slice();
          const big = await upscaler.upscale(picture, { tile: 24 });
          expect(big).toMatchObject({ width: 60, height: 40, channels, metadata: { density: 300 } });
          expect(big.data).toBeInstanceOf(Type);
          expect(big.data.length).toBe(60 * 40 * channels);
          expect(picture.data).toEqual(before);
        });
      });

      test('16 bits are finer than 8', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (model, upscaler) => {
          const picture = noise(12, 10, 3, Uint16Array);
          const expected = await inOnePiece(model, picture);
          const { data } = await upscaler.upscale(picture);
          const fractions = Float64Array.from(data, value => value / 65_535);
          // Half a step, and float32's rounding.
          expect(largestDifference(fractions, expected)).toBeLessThan(0.5 / 65_535 + 1e-6);
        });
      });

      test('colours under transparent pixels do not bleed', async () => {
        await withModel(compact({ scale: 2, channels: 4, depth: 2 }), async (_, upscaler) => {
          const opaque = noise(40, 30, 4);
          const transparent = (x: number, y: number) => x > 22 && x < 31 && y > 6;
          const versions = [0, 255].map(hidden => {
            const data = opaque.data.slice();
            for (let i = 0; i < 40 * 30; i++) {
              if (transparent(i % 40, Math.floor(i / 40))) data.set([hidden, hidden, hidden, 0], i * 4);
              else data[i * 4 + 3] = 255;
            }
            return { ...opaque, data };
          });
          const [black, white] = await Promise.all(versions.map(picture => upscaler.upscale(picture, { tile: 26 })));
          const alphas = new Set<number>();
          for (let i = 0; i < black!.data.length; i += 4) {
            alphas.add(black!.data[i + 3]!);
            expect(white!.data[i + 3]).toBe(black!.data[i + 3]);
            if (black!.data[i + 3] === 0) continue;
            expect([...white!.data.slice(i, i + 3)]).toEqual([...black!.data.slice(i, i + 3)]);
          }
          expect(alphas.size).toBeGreaterThan(2);
        });
      });

      test('alpha is enlarged by bicubic interpolation', async () => {
        await withModel(compact({ scale: 4, channels: 3, depth: 1 }), async (_, upscaler) => {
          const data = Uint8Array.from([9, 0, 9, 0, 9, 255, 9, 255]);
          const big = await upscaler.upscale({ data, width: 4, height: 1, channels: 2 });
          const alpha = big.data.filter((_, i) => i % 2 === 1).slice(0, 16);
          // By hand: the kernel's phases at x4 are -0.04394531, 0.38964844, 0.72753906, -0.07324219 and -0.00683594,
          // 0.09082031, 0.96386719, -0.04785156; the third bright pixel beyond the border mirrors the second.
          const rise = [1 - 0.96386719 + 0.04785156, 1 - 0.72753906 + 0.07324219];
          const [low, high] = [rise.map(v => Math.round(255 * v)), rise.map(v => Math.round(255 * (1 - v))).reverse()];
          const full = Array(6).fill(255);
          expect([...alpha]).toEqual([0, 0, 0, 0, 0, 0, ...low, ...high, ...full]);
        });
      });

      test('reports progress', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
          const seen: Progress[] = [];
          await upscaler.upscale(noise(50, 60, 3), { tile: 24, onProgress: p => seen.push(p) });
          const { total } = seen[0]!;
          expect(seen.map(p => p.done)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
          expect(seen.every(p => p.total === total && p.percent === (100 * p.done) / total)).toBe(true);
          expect(seen.every(p => p.secondsLeft >= 0)).toBe(true);
          expect(seen.at(-1)).toMatchObject({ percent: 100, secondsLeft: 0 });
        });
      });

      test('stops between tiles when aborted', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
          const controller = new AbortController();
          let done = 0;
          const call = upscaler.upscale(noise(50, 60, 3), {
            tile: 24,
            signal: controller.signal,
            onProgress() {
              if (++done === 2) controller.abort(new Error('enough'));
            },
          });
          await expect(call).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
          expect(done).toBe(2);
        });
      });

      test('halves the tile when memory runs out', async () => {
        const sides: number[] = [];
        const network = hungry(30, sides);
        await withModel(network, async (_, upscaler) => {
          const picture = noise(100, 90, 3);
          const seen: Progress[] = [];
          const big = await upscaler.upscale(picture, { tile: 100, onProgress: p => seen.push(p) });
          expect(big.data).toEqual(picture.data);
          expect(Math.max(...sides)).toBe(100);
          expect(sides.filter(side => side > 30).length).toBe(2);
          expect(seen.at(-1)).toMatchObject({ percent: 100 });
        });
      });

      test('goes on where memory ran out', async () => {
        let calls = 0;
        const network = echo(x => {
          if (++calls === 7) throw new RangeError('Array buffer allocation failed');
          return x;
        });
        await withModel(network, async (_, upscaler) => {
          const picture = noise(100, 90, 3);
          expect((await upscaler.upscale(picture, { tile: 40 })).data).toEqual(picture.data);
        });
      });

      test('says so when even the smallest tile does not fit', async () => {
        await withModel(hungry(10, []), async (_, upscaler) => {
          await expect(upscaler.upscale(noise(100, 90, 3))).rejects.toMatchObject({
            code: 'out-of-memory',
            cause: expect.any(RangeError),
          });
        });
      });

      test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d in a tile is an error', async value => {
        const network = echo(x => {
          const [, height, width] = x.shape;
          const values = new Float32Array(width * height * 3);
          values[values.length - 2] = value;
          return tensor4d(values, [1, height, width, 3]);
        });
        await withModel(network, async (_, upscaler) => {
          await expectNoLeaks(async () => {
            await expect(upscaler.upscale(noise(5, 5, 3))).rejects.toMatchObject({ code: 'network/not-finite' });
          });
        });
      });

      test('an output of another size is an error', async () => {
        await withModel({ ...echo(x => x), scale: 2 }, async (_, upscaler) => {
          await expect(upscaler.upscale(noise(5, 5, 3))).rejects.toMatchObject({ code: 'network/shape' });
        });
      });

      test('any other failure is passed on', async () => {
        const network = echo(() => {
          throw new TypeError('no such layer');
        });
        await withModel(network, async (_, upscaler) => {
          await expect(upscaler.upscale(noise(5, 5, 3))).rejects.toThrow(new TypeError('no such layer'));
        });
      });

      test('refuses tiles that are not larger than their overlaps, and bad pictures', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 8 }), async (_, upscaler) => {
          for (const tile of [0, 20, 35, 40.5]) {
            await expect(upscaler.upscale(noise(50, 60, 3), { tile })).rejects.toMatchObject({
              code: 'option/invalid',
            });
          }
          const bad = { ...noise(5, 5, 3), width: 6 };
          await expect(upscaler.upscale(bad)).rejects.toMatchObject({ code: 'picture/invalid' });
        });
      });

      test('large radii: an overlap of 32, or exact on request', async () => {
        const network = compact({ scale: 1, channels: 2, depth: 70 });
        expect(network.radius).toBe(72);
        const seen: number[] = [];
        const spy: Network = {
          ...network,
          apply(x, p, context) {
            seen.push(x.shape[2]);
            return network.apply(x, p, context);
          },
        };
        await withModel(spy, async (model, upscaler) => {
          const picture = noise(330, 20, 3, Float32Array);
          const whole = await inOnePiece(model, picture);
          seen.length = 0;
          const exact = await upscaler.upscale(picture, { tile: 176, exact: true });
          expect(seen.length).toBeGreaterThan(5);
          expect(largestDifference(exact.data, whole)).toBeLessThan(1e-5);
          seen.length = 0;
          await upscaler.upscale(picture, { tile: 176 });
          expect(seen.length).toBe(3);
        });
      });

      test('an infinite radius: exact means whole', async () => {
        const seen: number[] = [];
        const network = echo(x => {
          seen.push(x.shape[2]);
          return x;
        }, Number.POSITIVE_INFINITY);
        await withModel(network, async (_, upscaler) => {
          await upscaler.upscale(noise(300, 20, 3), { tile: 100, exact: true });
          expect(seen).toEqual([300]);
          await upscaler.upscale(noise(300, 20, 3), { tile: 100 });
          expect(seen.slice(1).every(width => width <= 100)).toBe(true);
        });
      });

      test('cannot be used after its end', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
          upscaler.dispose();
          upscaler.dispose();
          await expect(upscaler.upscale(noise(5, 5, 3))).rejects.toMatchObject({ code: 'upscaler/disposed' });
        });
      });

      test('strips are small, keep their values, and say so when the whole has no room', async () => {
        await withModel({ ...echo(x => x), scale: 1 }, async (_, upscaler) => {
          const picture = noise(3000, 1100, 3);
          const strips: Picture[] = [];
          for await (const strip of upscaler.strips(picture, { tile: 3000 })) strips.push(strip);
          expect(strips.length).toBe(2);
          expect(Math.max(...strips.map(({ data }) => data.byteLength))).toBeLessThanOrEqual(8 * 2 ** 20);
          let offset = 0;
          for (const { data } of strips) {
            expect((data as Uint8Array).every((value, i) => value === picture.data[offset + i])).toBe(true);
            offset += data.length;
          }
          expect(offset).toBe(picture.data.length);
        });
        // 32 GiB of output.
        await withModel({ ...echo(x => x), scale: 8192 }, async (_, upscaler) => {
          const call = upscaler.upscale({ data: new Uint8Array(512), width: 32, height: 16, channels: 1 });
          await expect(call).rejects.toMatchObject({
            code: 'out-of-memory',
            message: expect.stringContaining('strips'),
          });
        });
      });

      test('memory for a strip depends on the width alone', async () => {
        await withModel(compact({ scale: 2, channels: 3, depth: 1 }), async (_, upscaler) => {
          const peak = async (height: number): Promise<{ tensors: number; strip: number }> => {
            const picture = noise(64, height, 3);
            let strip = 0;
            let tensors = 0;
            for await (const { data } of upscaler.strips(picture, {
              tile: 32,
              onProgress: () => {
                tensors = Math.max(tensors, memory().numBytes);
              },
            })) {
              strip = Math.max(strip, data.length);
            }
            return { tensors, strip };
          };
          expect(await peak(400)).toEqual(await peak(100));
          // The largest strip is the first: a tile less the overlap below it.
          expect((await peak(100)).strip).toBe(128 * 2 * (32 - 3) * 3);
        });
      });
    },
    { only: ['cpu'] },
  );
});

async function withModel(network: Network, body: (model: Model, upscaler: Upscaler) => Promise<void>): Promise<void> {
  const parameters = Parameters.create(network.parameters, { seed: 5 });
  const model = { network, parameters };
  const upscaler = await loadUpscaler(model, { workers: 1 });
  try {
    await body(model, upscaler);
  } finally {
    upscaler.dispose();
    parameters.dispose();
  }
}

/** The network's own output, clipped. */
async function inOnePiece(model: Model, picture: Picture): Promise<Float32Array> {
  const output = tidy(() => clipByValue(runNetwork(model, pictureToTensor(picture)).output, 0, 1));
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

/** A network without parameters that keeps the size. */
function echo(apply: (x: Tensor4D) => Tensor4D, radius = 3): Network {
  return defineNetwork({ name: 'echo', scale: 1, radius, parameters: {}, apply: x => apply(x) });
}

/** Memory for images of at most `side` pixels a side. */
function hungry(side: number, seen: number[]): Network {
  return echo(x => {
    const needed = Math.max(x.shape[1], x.shape[2]);
    seen.push(needed);
    if (needed > side) throw new RangeError('Array buffer allocation failed');
    return x;
  });
}

/** The eight symmetries of a square, by the matrices that move places: x' = a x + b y, y' = c x + d y. */
type Symmetry = readonly [a: number, b: number, c: number, d: number];
const symmetries: readonly Symmetry[] = [-1, 1].flatMap(p =>
  [-1, 1].flatMap((q): Symmetry[] => [
    [p, 0, 0, q],
    [0, p, q, 0],
  ]),
);

function inverse([a, b, c, d]: Symmetry): Symmetry {
  // Orthogonal: the transpose.
  return [a, c, b, d];
}

function moved(picture: Picture, [a, b, c, d]: Symmetry): Picture {
  const { data, channels } = picture;
  const [width, height] = a === 0 ? [picture.height, picture.width] : [picture.width, picture.height];
  const out = data.slice();
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const toX = a * x + b * y + (a + b < 0 ? width - 1 : 0);
      const toY = c * x + d * y + (c + d < 0 ? height - 1 : 0);
      const from = (y * picture.width + x) * channels;
      out.set(data.slice(from, from + channels), (toY * width + toX) * channels);
    }
  }
  return { data: out, width, height, channels };
}

function noise(
  width: number,
  height: number,
  channels: Picture['channels'],
  Type: typeof Uint8Array | typeof Uint16Array | typeof Float32Array = Uint8Array,
): Picture {
  const random = new Random(width * 1000 + height);
  const full = Type === Uint8Array ? 256 : 65_536;
  const data = new Type(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = Type === Float32Array ? random.uniform() : random.int(full);
  return { data, width, height, channels };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
