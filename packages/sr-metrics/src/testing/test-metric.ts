import { dispose, grad, mul, sub, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import type { DifferentiableMetric, Images, Metric, NoReferenceMetric } from '../metric.js';
import { disturbed, noise, to16Bits, toFloats, withChannels } from './test-pictures.js';

export interface TestMetricOptions {
  /** The value of a picture compared with itself. */
  best: number;
  /** The least width and height that the metric takes. Default 1: it takes any. */
  leastSize?: number;
  /** Width and height of the pictures that are tried. Default 32. */
  size?: number;
  /** How far from `best` a picture compared with itself may be. Default 0. */
  tolerance?: number;
  /** Whether a result can be better than its reference. Default false: `best` is one end of the range. */
  canExceedBest?: boolean;
  /** Whether the two pictures may differ in size. Default false. */
  anySizes?: boolean;
}

/**
 * Declares the tests that every full-reference metric must pass: its data, equal pictures, order of quality, depths,
 * grey and alpha, batches, errors, leaks and (where it has one) the gradient of its loss.
 *
 * @example
 * testMetric(psnr, { best: Infinity });
 */
export function testMetric(
  metric: Metric,
  { best, leastSize = 1, size = 32, tolerance = 0, canExceedBest = false, anySizes = false }: TestMetricOptions,
): void {
  const expectBest = (value: number | undefined): void => {
    if (tolerance === 0) expect(value).toBe(best);
    else expect(Math.abs(value! - best)).toBeLessThanOrEqual(tolerance);
  };
  const reference = noise(size, size + 3, 3, 1);
  const near = disturbed(reference, 4);
  const far = disturbed(reference, 60);
  const sign = metric.direction === 'higher' ? 1 : -1;

  describe(`${metric.name} as a metric`, () => {
    test('says what it is', () => {
      expect(metric.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(['higher', 'lower']).toContain(metric.direction);
      expect(metric.mode).toBe('full-reference');
      expect(metric.range[0]).toBeLessThan(metric.range[1]);
      if (!canExceedBest) expect(metric.range[metric.direction === 'higher' ? 1 : 0]).toBe(best);
      expect(metric.reference).not.toBe('');
      expect('loss' in metric).toBe(metric.differentiable);
    });

    test('gives equal pictures the best value and worse ones a worse', async () => {
      const [same] = await metric(reference, reference);
      const [good] = await metric(near, reference);
      const [bad] = await metric(far, reference);
      expectBest(same);
      expect(sign * good!).toBeLessThan(sign * best);
      expect(sign * bad!).toBeLessThan(sign * good!);
      for (const value of [good!, bad!]) {
        expect(value).toBeGreaterThanOrEqual(metric.range[0]);
        expect(value).toBeLessThanOrEqual(metric.range[1]);
      }
    });

    test('takes 8 bits, 16 bits and floats alike', async () => {
      const [value] = await metric(near, reference);
      for (const convert of [to16Bits, toFloats]) {
        expect((await metric(convert(near), convert(reference)))[0]).toBeCloseTo(value!, 4);
        expect((await metric(convert(near), reference))[0]).toBeCloseTo(value!, 4);
      }
    });

    test('takes grey pictures as equal channels and leaves alpha out', async () => {
      const [a, b] = [noise(size, size, 1, 3), noise(size, size, 1, 4)];
      const [value] = await metric(a, b);
      expect((await metric(withChannels(a, 3), withChannels(b, 3)))[0]).toBeCloseTo(value!, 10);
      expect((await metric(a, withChannels(b, 3)))[0]).toBeCloseTo(value!, 10);
      expect((await metric(withChannels(a, 4), withChannels(b, 2)))[0]).toBeCloseTo(value!, 10);
    });

    test('gives one value a picture, in order', async () => {
      const [good] = await metric(near, reference);
      const [bad] = await metric(far, reference);
      expect([...(await metric([far, near], [reference, reference]))]).toEqual([bad, good]);
      expect(await metric([], [])).toHaveLength(0);
    });

    test(`${anySizes ? 'takes' : 'refuses'} unequal sizes and refuses unequal counts`, async () => {
      const wider = noise(size, size + 4, 3, 1);
      await expect(metric([near, near], [reference])).rejects.toMatchObject({ code: 'metrics/pairs' });
      if (anySizes) {
        expect(await metric(wider, reference)).toHaveLength(1);
        return;
      }
      await expect(metric(wider, reference)).rejects.toMatchObject({
        code: 'picture/size',
        message: expect.stringMatching(new RegExp(`${size + 4} x ${size}.*${size + 3} x ${size}`)),
      });
    });

    test('refuses to do without a reference', async () => {
      await expect((metric as NoReferenceMetric)(reference)).rejects.toMatchObject({ code: 'metrics/reference' });
    });

    test('refuses what is no picture', async () => {
      const broken: Picture = { data: new Uint8Array(5), width: 2, height: 2, channels: 3 };
      await expect(metric(broken, broken)).rejects.toMatchObject({ code: 'picture/invalid' });
    });

    test.runIf(leastSize > 1)(`refuses pictures below ${leastSize} x ${leastSize}`, async () => {
      const small = noise(leastSize - 1, leastSize + 8, 3, 1);
      await expect(metric(small, small)).rejects.toMatchObject({
        code: 'picture/size',
        message: expect.stringContaining(`${leastSize} x ${leastSize}`),
      });
      const least = noise(leastSize, leastSize, 3, 1);
      expectBest((await metric(least, least))[0]);
    });
  });

  describeOnBackends(`${metric.name} as a metric`, () => {
    test('takes tensors as pictures and leaves none behind', async () => {
      const pictures = await metric(near, reference);
      const [a, b] = [pictureToTensor(near), pictureToTensor(reference)];
      await expectNoLeaks(async () => {
        expect((await metric(a, b))[0]).toBeCloseTo(pictures[0]!, 4);
        expect((await metric(a, reference as Images))[0]).toBeCloseTo(pictures[0]!, 4);
      });
      dispose([a, b]);
    });

    test.runIf(metric.differentiable)('has a loss that falls along its negative gradient', async () => {
      const { loss } = metric as DifferentiableMetric;
      const [x, target] = [pictureToTensor(far), pictureToTensor(reference)];
      await expectNoLeaks(async () => {
        const slope = grad((prediction: Tensor) => loss(prediction as Tensor4D, target))(x);
        const squares = [...(await slope.data())].reduce((sum, value) => sum + value * value, 0);
        expect(squares).toBeGreaterThan(0);
        // A step that should lower the loss by 1e-3 to first order.
        const step = 1e-3 / squares;
        const values = tidy(() => [loss(x, target), loss(sub(x, mul(slope, step)), target)]);
        const [before, after] = await Promise.all(values.map(async value => (await value.data())[0]!));
        expect(after).toBeLessThan(before!);
        dispose([slope, ...values]);
      });
      dispose([x, target]);
    });
  });
}
