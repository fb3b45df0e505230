import { readFile } from 'node:fs/promises';
import { dispose, slice, type Tensor, type Tensor4D, valueAndGrad } from '@tensorflow/tfjs-core';
import { readPicture } from 'sr-data/node';
import { loadAlexNet, loadSqueezeNet } from 'sr-features';
import { type Picture, pictureToTensor, Random } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { checkPair, expectNear, golden, hasAssets, pairs, pathOf } from './golden/calibration.js';
import { gramDistance as distanceInMemory } from './index.js';
import { featureMetric, gramDistance, gramMetric, gramReport, releaseNetworks } from './node.js';

afterAll(() => releaseNetworks());

// Small ones: the long tests take all.
const small = pairs.filter(({ result }) => /lpips_examples|Set5/.test(result));

describeOnBackends(
  `The distances of real pictures equal PyTorch ${golden.tools.torch}`,
  () => {
    test.skipIf(!hasAssets).each(small)('$result', checkPair);
  },
  { only: ['native'] },
);

describeOnBackends('Over real networks', () => {
  test.skipIf(!hasAssets)('a pair has the distance of PyTorch, its files or its pixels', async () => {
    const { result, reference, values } = pairs[0]!;
    const [a, b] = [pathOf(result), pathOf(reference)];
    const [x, y] = [await readPicture(a), await readPicture(b)];
    const expected = values['gram-squeeze literal']!;
    expectNear(await gramDistance(a, new URL(`file://${b}`)), expected);
    await expectNoLeaks(async () => {
      expectNear(await gramDistance(a, await readFile(b)), expected);
      expectNear(await distanceInMemory(x, { data: y.data, width: y.width, height: y.height }), expected);
      expectNear(await distanceInMemory(imageData(x), imageData(y)), expected);
      expect(await gramDistance(a, a)).toBe(0);
      const report = await gramReport(a, b, { preset: 'tail' });
      expect(Object.keys(report.layers)).toEqual(['fire3', 'fire5']);
      expectNear(report.layers.fire3!, expected);
      expectNear(report.distance, values['gram-squeeze tail']!);
      const white: Picture = { ...x, channels: 1, data: new Uint8Array(x.width * x.height).fill(255) };
      expectNear(await gramDistance(a, b, { masks: [white] }), expected);
      expectNear(
        await gramDistance(a, b, { masks: { result: [white], reference: [white] }, guides: 'inside' }),
        expected,
      );
    });
  });

  test.skipIf(!hasAssets).each(['alex', 'squeeze'] as const)(
    '%s: the losses have the gradients of PyTorch',
    async network => {
      const load = { alex: loadAlexNet, squeeze: loadSqueezeNet }[network];
      const encoder = await load({ preprocessing: 'lpips' });
      const { size, seed, metrics } = golden.derivatives;
      const { result, reference } = pairs[0]!;
      const [prediction, target] = await Promise.all([corner(result, size), corner(reference, size)]);
      for (const metric of [gramMetric({ encoder, preset: 'inner' }), featureMetric({ encoder })]) {
        const expected = metrics[metric.name as keyof typeof metrics];
        await expectNoLeaks(async () => {
          const { value, grad } = valueAndGrad((x: Tensor) => metric.loss(x as Tensor4D, target))(prediction);
          expectNear((await value.data())[0]!, expected.value);
          const slopes = (await grad.data()) as Float32Array;
          const random = new Random(seed);
          for (const slope of expected.slopes) {
            const sum = slopes.reduce((total: number, s: number) => total + s * random.uniform(-1, 1), 0);
            // Directions are nearly orthogonal to the gradient: the errors of 12,288 numbers, in units of its length.
            expect(Math.abs(sum - slope)).toBeLessThan(golden.tolerance * expected.norm);
          }
          dispose([value, grad]);
        });
      }
      dispose([prediction, target]);
      encoder.dispose();
    },
  );
});

describe('gramDistance', () => {
  const picture: Picture = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 };

  test('says what it expected', async () => {
    await expect(distanceInMemory('a.png' as never, picture)).rejects.toMatchObject({
      code: 'picture/invalid',
      message: expect.stringContaining('gram-perceptual-metric/node'),
    });
    await expect(distanceInMemory({ ...picture, width: 2 }, picture)).rejects.toMatchObject({
      code: 'picture/invalid',
    });
    await expect(gramDistance(picture, picture, { network: 'vgg11' as never })).rejects.toMatchObject({
      code: 'gram/network',
      message: expect.stringContaining('squeeze, alex, vgg16'),
    });
    await expect(gramDistance('none.png', picture)).rejects.toMatchObject({ code: 'picture/not-found' });
    await expect(gramDistance(picture, picture, { preset: 'all' as never })).rejects.toMatchObject({
      code: 'gram/layers',
    });
    await expect(gramDistance(picture, picture, { normalization: 'all' as never })).rejects.toMatchObject({
      code: 'gram/normalization',
    });
  });

  test.skipIf(!hasAssets)('refuses on request what no picture holds', async () => {
    const wrong = (value: number): Picture => {
      const data = new Float32Array(3 * 32 * 32).fill(0.5);
      data[5] = value;
      return { data, width: 32, height: 32, channels: 3 };
    };
    const checked = (value: number) => gramDistance(wrong(0.5), wrong(value), { checkRange: true });
    await expect(checked(Number.NaN)).rejects.toMatchObject({
      code: 'picture/range',
      message: expect.stringMatching(/reference: expected values in \[0, 1\], received NaN/),
    });
    await expect(checked(255)).rejects.toMatchObject({ message: expect.stringContaining('received 0.5 to 255') });
    expect(await gramDistance(wrong(1), wrong(3))).toBe(0);
  });

  test.skipIf(!hasAssets)('says how large pictures must be', async () => {
    await expect(gramDistance(picture, picture)).rejects.toMatchObject({
      code: 'tensor/shape',
      message: expect.stringMatching(/at least \d+ x \d+ pixels/),
    });
  });
});

/** As a page would have it: a picture with an opaque alpha channel. */
function imageData({ data: values, width, height }: Picture): {
  data: Uint8ClampedArray;
  width: number;
  height: number;
} {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(values.subarray(i * 3, i * 3 + 3) as Uint8Array, i * 4);
  return { data: rgba, width, height };
}

async function corner(path: string, size: number): Promise<Tensor4D> {
  const picture = pictureToTensor(await readPicture(pathOf(path)));
  const part = slice(picture, [0, 0, 0, 0], [1, size, size, 3]);
  picture.dispose();
  return part;
}
