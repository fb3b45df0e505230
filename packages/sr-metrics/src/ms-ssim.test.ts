import { add, dispose, grad, mul, type Tensor, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core';
import { type Picture, pictureToTensor } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { expectGoldenLoss } from './golden/expect-golden-loss.js';
import { goldenCases, losses, noisePair, tolerance } from './golden/full-reference.js';
import { patternPair } from './golden/metrics.js';
import { msSsim } from './ms-ssim.js';
import { testMetric } from './testing/index.js';

testMetric(msSsim, { best: 1, leastSize: 161, size: 161 });

describe('msSsim', () => {
  test.each(goldenCases())('of $name equals piq', async ({ read, area, msSsim: expected }) => {
    const [result, reference] = await read();
    const [value] = await msSsim(result, reference, { preset: 'piq' });
    expect(Math.abs(value! - expected)).toBeLessThan(tolerance);
    // 16 halves four times: no size is odd, and the presets are one.
    if (area!.slice(2).some(size => size % 16 > 0)) return;
    expect((await msSsim(result, reference))[0]).toBe(value);
  });

  test('counts a negative mean as zero', async () => {
    const [a] = patternPair(161, 161);
    const inverse: Picture = { ...a, data: a.data.map(value => 255 - value) };
    expect((await msSsim(inverse, a))[0]).toBe(0);
  });
});

describeOnBackends('msSsim.loss', backend => {
  test.each(['matlab', 'piq'] as const)('is 1 - msSsim (%s)', async preset => {
    const [a, b] = patternPair(163, 170);
    const [prediction, target] = [pictureToTensor(a), pictureToTensor(b)];
    await expectNoLeaks(async () => {
      const loss = msSsim.loss(prediction, target, { preset });
      const [value] = await msSsim(a, b, { preset });
      expect((await loss.data())[0]).toBeCloseTo(1 - value!, 5);
      loss.dispose();
    });
    dispose([prediction, target]);
  });

  // The cpu backend takes ten seconds for such a picture; its arithmetic is that of the other two.
  test.skipIf(backend === 'cpu')('has the value and gradient of piq', async () => {
    await expectNoLeaks(() =>
      expectGoldenLoss('msSsim', (prediction, target) => msSsim.loss(prediction, target, { preset: 'piq' })),
    );
  });

  // Along its own gradient: along any other direction the value of so large a picture changes less than float32 shows.
  // An emulated GPU takes half a minute for each, and has piq's own gradient above.
  const presets = backend === 'webgl' || backend === 'webgpu' ? (['matlab'] as const) : (['matlab', 'piq'] as const);
  test.each(presets)('has the gradient of its value (%s)', async preset => {
    const [prediction, target] = noisePair(losses.msSsim.size);
    const loss = (x: Tensor) => msSsim.loss(x as Tensor4D, target, { preset });
    await expectNoLeaks(async () => {
      const slope = grad(loss)(prediction);
      const values = (await slope.data()) as Float32Array;
      const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const valueAt = async (distance: number): Promise<number> => {
        const value = tidy(() => loss(add(prediction, mul(slope, distance / norm))));
        const [number] = await value.data();
        value.dispose();
        return number!;
      };
      const distance = 0.3;
      const numeric = ((await valueAt(distance)) - (await valueAt(-distance))) / (2 * distance);
      expect(Math.abs(numeric / norm - 1)).toBeLessThan(2e-3);
      slope.dispose();
    });
    dispose([prediction, target]);
  });

  test('refuses other shapes and pictures below five scales', () => {
    const [a, b] = [zeros([1, 161, 161, 3]) as Tensor4D, zeros([1, 161, 162, 3]) as Tensor4D];
    expect(() => msSsim.loss(a, b)).toThrow('[1, 161, 161, 3] and [1, 161, 162, 3]');
    const small = zeros([1, 160, 200, 3]) as Tensor4D;
    expect(() => msSsim.loss(small, small)).toThrow('at least 161 x 161 pixels, received 200 x 160');
    dispose([a, b, small]);
  });
});
