import { dispose } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { goldenCases } from './golden/full-reference.js';
import { testNoReferenceMetric } from './testing/test-no-reference-metric.js';
import { noise } from './testing/test-pictures.js';
import { totalVariation } from './total-variation.js';

testNoReferenceMetric(totalVariation, { leastSize: 2, size: 16 });

const presets = ['johnson', 'leftthomas', 'basicsr', 'piq-l1', 'piq-l2', 'piq-l2-squared', 'mahendran'] as const;

describe('totalVariation', () => {
  test.each(goldenCases())('of $name equals piq', async ({ read, totalVariation: expected }) => {
    const [result] = await read();
    for (const preset of ['piq-l1', 'piq-l2', 'piq-l2-squared'] as const) {
      const [value] = await totalVariation(result, undefined, { preset });
      expect(Math.abs(value! / expected[preset] - 1)).toBeLessThan(1e-9);
    }
  });

  test.each(presets)('of one colour is 0 (%s)', async preset => {
    const flat: Picture = { data: new Uint8Array(75).fill(9), width: 5, height: 5, channels: 3 };
    expect(await totalVariation(flat, undefined, { preset })).toEqual(Float64Array.of(0));
  });

  test('refuses unknown presets', async () => {
    const options = { preset: 'l3' as 'piq-l1' };
    await expect(totalVariation(noise(4, 4, 1, 1), undefined, options)).rejects.toThrow('johnson, leftthomas');
  });
});

describeOnBackends('totalVariation.loss', () => {
  test.each(presets)('is the metric (%s)', async preset => {
    const picture = noise(9, 7, 3, 1);
    const images = pictureToTensor(picture);
    await expectNoLeaks(async () => {
      const loss = totalVariation.loss(images, undefined, { preset, beta: 1 });
      const [value] = await totalVariation(picture, undefined, { preset, beta: 1 });
      expect(Math.abs((await loss.data())[0]! / value! - 1)).toBeLessThan(1e-5);
      loss.dispose();
    });
    dispose([images]);
  });
});
