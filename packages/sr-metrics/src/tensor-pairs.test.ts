import { concat, dispose, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random, tensorToPictures } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type FeatureMetricOptions, measureTensorPairs } from './tensor-pairs.js';

const demands = { what: 'test', leastSize: 3 };

describeOnBackends('measureTensorPairs', () => {
  test.each<FeatureMetricOptions>([{}, { cropBorder: 1 }, { clip: false }, { quantize: true, cropBorder: 1 }])(
    'gives batches as it gives their pictures: %o',
    async options => {
      const [a, b] = [wild(1), wild(2)];
      const pictures = [
        await tensorToPictures(a, { bitDepth: 32 }),
        await tensorToPictures(b, { bitDepth: 32 }),
      ] as const;
      await expectNoLeaks(async () => {
        const batches = await measureTensorPairs(a, b, options, demands, valuesOf);
        expect(batches).toHaveLength(2);
        expect(batches).toEqual(await measureTensorPairs(...pictures, options, demands, valuesOf));
      });
      dispose([a, b]);
    },
  );

  test('says what does not fit', async () => {
    const [a, b] = [wild(1), wild(2)];
    const wide = concat([a, b], 2);
    const longer = concat([a, b]);
    const measure = (x: Tensor4D, y: Tensor4D, options: FeatureMetricOptions = {}) =>
      measureTensorPairs(x, y, options, demands, valuesOf);
    await expectNoLeaks(async () => {
      await expect(measure(a, wide)).rejects.toThrow('received 6 x 7 (result) and 12 x 7 (reference)');
      await expect(measure(a, longer)).rejects.toMatchObject({ code: 'metrics/pairs' });
      await expect(measure(a, b, { cropBorder: 2 })).rejects.toThrow('at least 7 x 7 (3 after a crop of 2 a side)');
      await expect(measure(a, b, { cropBorder: -1 })).rejects.toMatchObject({ code: 'metrics/option' });
      await expect(measure(a, b, { checkRange: true })).rejects.toMatchObject({ code: 'picture/range' });
      await expect(measure(a, undefined as never)).rejects.toMatchObject({ code: 'metrics/reference' });
    });
    dispose([a, b, wide, longer]);
  });
});

async function valuesOf(a: Tensor4D, b: Tensor4D): Promise<object> {
  return { shape: a.shape, values: [...(await a.data()), ...(await b.data())] };
}

/** Two images of 6 x 7, values from -0.5 to 1.5. */
function wild(seed: number): Tensor4D {
  const random = new Random(seed);
  const values = Array.from({ length: 2 * 7 * 6 * 3 }, () => random.uniform(-0.5, 1.5));
  return tensor4d(values, [2, 7, 6, 3]);
}
