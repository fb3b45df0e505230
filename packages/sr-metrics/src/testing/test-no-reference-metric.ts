import { dispose } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import type { NoReferenceMetric } from '../metric.js';
import { noise, to16Bits, toFloats, withChannels } from './test-pictures.js';

export interface TestNoReferenceMetricOptions {
  /** The least width and height that the metric takes. Default 1: it takes any. */
  leastSize?: number;
  /** Width and height of the pictures that are tried. Default 32. */
  size?: number;
}

/**
 * Declares the tests that every metric without a reference must pass: its data, depths, grey and alpha, batches, a
 * reference that is ignored, errors and leaks.
 *
 * @example
 * testNoReferenceMetric(await loadNiqe(), { leastSize: 96, size: 96 });
 */
export function testNoReferenceMetric(
  metric: NoReferenceMetric,
  { leastSize = 1, size = 32 }: TestNoReferenceMetricOptions = {},
): void {
  const picture = noise(size, size + 3, 3, 1);
  const other = noise(size, size + 3, 3, 2);

  describe(`${metric.name} as a metric without a reference`, () => {
    test('says what it is', () => {
      expect(metric.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(['higher', 'lower']).toContain(metric.direction);
      expect(metric.mode).toBe('no-reference');
      expect(metric.range[0]).toBeLessThan(metric.range[1]);
      expect(metric.reference).not.toBe('');
      expect('loss' in metric).toBe(metric.differentiable);
    });

    test('ignores a reference, but not options in its place', async () => {
      expect(await metric(picture, other)).toEqual(await metric(picture));
      await expect(metric(picture, { channel: 'rgb' } as never)).rejects.toMatchObject({
        code: 'metrics/option',
        message: expect.stringContaining('third argument, received {channel} as the second'),
      });
    });

    test('takes 8 bits and floats alike', async () => {
      const options = { channel: 'rgb' };
      const [value] = await metric(picture, undefined, options);
      for (const convert of [to16Bits, toFloats]) {
        const [converted] = await metric(convert(picture), undefined, options);
        expect(Math.abs(converted! - value!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value!)));
      }
    });

    test('takes grey pictures as equal channels and leaves alpha out', async () => {
      const grey = noise(size, size, 1, 3);
      const [value] = await metric(grey);
      expect((await metric(withChannels(grey, 3)))[0]).toBeCloseTo(value!, 8);
      expect((await metric(withChannels(grey, 4)))[0]).toBeCloseTo(value!, 8);
    });

    test('gives one value a picture, in order', async () => {
      const [first] = await metric(picture);
      const [second] = await metric(other);
      expect([...(await metric([other, picture]))]).toEqual([second, first]);
      expect(await metric([])).toHaveLength(0);
    });

    test('refuses what is no picture, and values outside [0, 1] on request', async () => {
      const broken: Picture = { data: new Uint8Array(5), width: 2, height: 2, channels: 3 };
      await expect(metric(broken)).rejects.toMatchObject({ code: 'picture/invalid' });
      const wrong = { ...toFloats(picture), data: toFloats(picture).data.map(value => value * 2) };
      await expect(metric(wrong, undefined, { checkRange: true })).rejects.toMatchObject({ code: 'picture/range' });
    });

    test.runIf(leastSize > 1)(`refuses pictures below ${leastSize} x ${leastSize}`, async () => {
      const small = noise(leastSize - 1, leastSize + 8, 3, 1);
      await expect(metric(small)).rejects.toMatchObject({
        code: 'picture/size',
        message: expect.stringContaining(`${leastSize} x ${leastSize}`),
      });
      expect(await metric(noise(leastSize, leastSize, 3, 1))).toHaveLength(1);
    });
  });

  describeOnBackends(`${metric.name} as a metric without a reference`, () => {
    test('takes tensors as pictures and leaves none behind', async () => {
      const options = { channel: 'rgb' };
      const [value] = await metric(picture, undefined, options);
      const tensor = pictureToTensor(picture);
      await expectNoLeaks(async () => {
        const [converted] = await metric(tensor, undefined, options);
        expect(Math.abs(converted! - value!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value!)));
      });
      dispose([tensor]);
    });
  });
}
