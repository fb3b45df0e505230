/** LPIPS with its real weights against the package lpips; VGG-16 with random ones. */
import { join } from 'node:path';
import { dispose, grad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor, Random } from 'sr-tensor';
import { assetsFolder, describeOnBackends, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lpipsGolden, middle } from './golden/lpips.js';
import { casesOf } from './golden/pairs.js';
import { type LoadedLpips, loadLpips } from './load-lpips.js';
import { lpips, lpipsLayers } from './lpips.js';

const assets = assetsFolder('weights/lpips_linear_pth');
const { tolerance } = lpipsGolden;
const before = process.env.SR_WEIGHTS_DIR;
beforeAll(() => {
  if (assets !== undefined) process.env.SR_WEIGHTS_DIR = join(assets, '..');
});
afterAll(() => {
  if (before === undefined) delete process.env.SR_WEIGHTS_DIR;
  else process.env.SR_WEIGHTS_DIR = before;
});

/** VGG-16 has no real weights to test with; random ones are drawn once. */
const randomVgg = once(randomWeights(lpipsGolden.vgg.seed));

function once<Input, Output>(compute: (input: Input) => Output): (input: Input) => Output {
  let value: Output | undefined;
  return input => (value ??= compute(input));
}

describe.skipIf(assets === undefined)('loadLpips', () => {
  describeOnBackends(
    'of 21 pairs',
    () => {
      let pairs: { name: string; pictures: [Picture, Picture]; values: Record<string, number> }[];
      beforeAll(async () => {
        const cases = casesOf(lpipsGolden.cases);
        pairs = await Promise.all(cases.map(async ({ read, ...golden }) => ({ ...golden, pictures: await read() })));
      });

      test.each([
        ['alex', '0.1'],
        ['alex', '0.0'],
        ['squeeze', '0.1'],
        ['squeeze', '0.0'],
        ['vgg', '0.1'],
        ['vgg', '0.0'],
      ] as const)('%s v%s equals the package lpips', async (network, version) => {
        const isVgg = network === 'vgg';
        const metric = await loadLpips({ network, version, ...(isVgg && { weights: randomVgg }) });
        const baseline = lpips({ encoder: metric.encoder, layers: lpipsLayers[network], linear: 'none' });
        // All pairs with what is mostly used; some with what differs from it only before or after the network.
        const some = 5;
        for (const [i, { name, pictures, values }] of pairs.slice(0, version === '0.1' ? undefined : some).entries()) {
          const [a, b] = isVgg ? pictures.map(picture => middle(picture, lpipsGolden.vgg.side)) : pictures;
          const [value] = await metric(a!, b!);
          expect(Math.abs(value! - values[`${network} v${version} linear`]!), name).toBeLessThan(tolerance);
          if (i >= some) continue;
          const [plain] = await baseline(a!, b!);
          expect(Math.abs(plain! - values[`${network} v${version} baseline`]!), name).toBeLessThan(tolerance);
        }
        metric.dispose();
      });
    },
    { only: ['native'] },
  );

  describeOnBackends(
    'of the examples',
    () => {
      // The authors' README: 0.722 and 0.138.
      test.each([
        [0, 0.722],
        [1, 0.138],
      ])('has the published value (%i)', async (index, published) => {
        const metric = await loadLpips();
        const golden = lpipsGolden.examples[index]!;
        const [value] = await metric(...(await casesOf([golden])[0]!.read()));
        expect(Math.abs(value! - published)).toBeLessThan(0.0005);
        expect(Math.abs(value! - golden.value)).toBeLessThan(tolerance);
        metric.dispose();
      });
    },
    { only: ['wasm', 'native'] },
  );

  describeOnBackends(
    'with AlexNet',
    () => {
      let metric: LoadedLpips;
      beforeAll(async () => {
        metric = await loadLpips();
      });
      afterAll(() => metric.dispose());

      test('has the gradient of PyTorch', async () => {
        const { side, value, norm, slopes, ...files } = lpipsGolden.gradient;
        const pair = await casesOf([files])[0]!.read();
        const [prediction, target] = pair.map(p => pictureToTensor(middle(p, side))) as [Tensor4D, Tensor4D];
        await expectNoLeaks(async () => {
          const loss = metric.loss(prediction, target);
          expect(Math.abs((await loss.data())[0]! - value)).toBeLessThan(tolerance);
          const slope = grad((x: Tensor) => metric.loss(x as Tensor4D, target))(prediction);
          const values = (await slope.data()) as Float32Array;
          expect(Math.hypot(...values)).toBeCloseTo(norm, 5);
          for (const [i, expected] of slopes.entries()) {
            const random = new Random(i + 1);
            const found = values.reduce((sum, each) => sum + each * random.uniform(-1, 1), 0);
            expect(Math.abs(found - expected)).toBeLessThan(1e-4 * norm);
          }
          dispose([loss, slope]);
        });
        dispose([prediction, target]);
      });

      test('says how large pictures must be', async () => {
        const [a, b] = (await casesOf(lpipsGolden.examples)[0]!.read()).map(p => middle(p, 30));
        await expect(metric(a!, b!)).rejects.toMatchObject({
          code: 'picture/size',
          message: expect.stringContaining('at least 31 x 31, received 30 x 30'),
        });
      });
    },
    { only: ['native'] },
  );

  test('calls its variants by their own names', async () => {
    for (const [options, name] of [
      [{}, 'lpips-alex'],
      [{ network: 'squeeze', version: '0.0' }, 'lpips-squeeze-v0-0'],
      [{ baseline: true }, 'lpips-alex-baseline'],
    ] as const) {
      const metric = await loadLpips(options);
      expect(metric.name).toBe(name);
      metric.dispose();
    }
  });
});
