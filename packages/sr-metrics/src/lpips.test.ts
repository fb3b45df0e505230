import { dispose, grad, mul, relu, sub, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { lpipsGolden, tinyPair } from './golden/lpips.js';
import { tinyCase } from './golden/tiny-case.js';
import { lpips } from './lpips.js';
import type { LpipsLinear } from './lpips-linear.js';
import { testMetric } from './testing/index.js';

const { tiny } = lpipsGolden;
const linear: LpipsLinear = tiny.weights.map(weights => Float32Array.from(weights));
const kinds = { linear, baseline: 'none' } as const;

for (const [kind, weights] of Object.entries(kinds)) {
  const encoder = tinyEncoder();
  afterAll(() => encoder.dispose());
  testMetric(lpips({ encoder, linear: weights, name: `lpips-tiny-${kind}` }), { best: 0, size: 16 });
}

describeOnBackends('lpips', () => {
  const made = tinyCase(tinyPair);

  test.each(['linear', 'baseline'] as const)('equals the package lpips (%s)', async kind => {
    const { encoder, pair } = made();
    const metric = lpips({ encoder, linear: kinds[kind] });
    await expectNoLeaks(async () => {
      const [value] = await metric(...pair);
      expect(Math.abs(value! - tiny[kind].value)).toBeLessThan(lpipsGolden.tolerance);
      const { first, second } = await metric.byLayer(...pair);
      await expectClose([first[0]!, second[0]!], tiny[kind].layers);
      const [map] = await metric.map(...pair);
      expect([map!.width, map!.height]).toEqual([tiny.width, tiny.height]);
      await expectClose(map!.data, tiny[`${kind}Map`]);
    });
  });

  test.each(['linear', 'baseline'] as const)('has the loss and gradient of PyTorch (%s)', async kind => {
    const { encoder, pair } = made();
    const { loss } = lpips({ encoder, linear: kinds[kind] });
    const [prediction, target] = pair;
    await expectNoLeaks(async () => {
      const value = loss(prediction, target);
      expect(Math.abs((await value.data())[0]! - tiny[kind].value)).toBeLessThan(lpipsGolden.tolerance);
      const slope = grad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
      await expectClose(slope, tiny[kind].gradient);
      dispose([value, slope]);
    });
  });

  test('has the gradient of its value, for both pictures', async () => {
    const { encoder, pair } = made();
    const { loss } = lpips({ encoder, linear });
    await expectNoLeaks(() => checkGradients((x, y) => loss(x as Tensor4D, y as Tensor4D), pair));
  });

  test('is symmetric, and at most 4 a layer without linear layers', async () => {
    const { encoder, pair } = made();
    const metric = lpips({ encoder, linear: 'none' });
    const [there] = await metric(pair[0], pair[1]);
    const [back] = await metric(pair[1], pair[0]);
    expect(back).toBeCloseTo(there!, 6);
    expect(metric.range).toEqual([0, 8]);
    for (const [value] of Object.values(await metric.byLayer(...pair))) expect(value).toBeLessThan(4);
  });

  test('has a finite gradient where there are no features', async () => {
    const { pair } = made();
    // Rectified, so that dark positions have none.
    const dark: Encoder<'first'> = Object.assign(
      (images: Tensor4D) => ({ first: relu(sub(images, 0.5)) as Tensor4D }),
      {
        encoderName: 'dark',
        layers: ['first'] as const,
        geometry: () => ({ channels: 3, stride: 1, receptiveField: 1 }),
      },
      { dispose: () => {} },
    );
    const { loss } = lpips({ encoder: dark, linear: 'none' });
    const slope = grad((x: Tensor) => loss(x as Tensor4D, pair[1]))(pair[0]);
    expect((await slope.data()).every(Number.isFinite)).toBe(true);
    slope.dispose();
  });
});

describe('lpips', () => {
  test('takes the layers that it is told, and refuses linear layers that do not fit', async () => {
    const encoder = tinyEncoder();
    const [a, b] = tinyPair();
    const second = lpips({ encoder, layers: ['second'], linear: [linear[1]!] });
    expect(Object.keys(await second.byLayer(a, b))).toEqual(['second']);
    expect(second.name).toBe('lpips-tiny');
    expect(lpips({ encoder, linear: 'none' }).name).toBe('lpips-tiny-baseline');
    for (const options of [{ linear: [linear[0]!] }, { linear, layers: ['second'] as const }, { linear, layers: [] }]) {
      expect(() => lpips({ encoder, ...options })).toThrow(expect.objectContaining({ code: 'metrics/option' }));
    }
    expect(() => lpips({ encoder, linear: [linear[1]!, linear[0]!] })).toThrow(
      'the 4, 6 channels of first, second in tiny, received weights for 6, 4',
    );
    encoder.dispose();
    dispose([a, b]);
  });

  test('refuses NaN and values outside [0, 1] on request', async () => {
    const encoder = tinyEncoder();
    const metric = lpips({ encoder, linear });
    const [a, b] = tinyPair();
    const [nan, wide] = [mul(a, Number.NaN), mul(b, 255)] as [Tensor4D, Tensor4D];
    await expect(metric(nan, b, { checkRange: true })).rejects.toMatchObject({
      code: 'picture/range',
      message: expect.stringMatching(/result: expected values in \[0, 1\], received NaN/),
    });
    await expect(metric(a, wide, { checkRange: true })).rejects.toThrow('Use tf.div(x, 255)');
    expect(await metric(a, b, { checkRange: true })).toEqual(await metric(a, b));
    encoder.dispose();
    dispose([a, b, nan, wide]);
  });

  test('says the least size that its network takes', async () => {
    const encoder = tinyEncoder();
    const demanding = Object.assign(
      (images: Tensor4D, options: { layers: readonly ('first' | 'second')[] }) => encoder(images, options),
      encoder,
      { leastSize: (layer: string) => (layer === 'second' ? 31 : 7) },
    );
    const [a, b] = tinyPair();
    await expect(lpips({ encoder: demanding, linear })(a, b)).rejects.toMatchObject({
      code: 'picture/size',
      message: expect.stringContaining('at least 31 x 31'),
    });
    await expect(lpips({ encoder: demanding, linear })(a, b, { cropBorder: 2 })).rejects.toThrow('at least 35 x 35');
    encoder.dispose();
    dispose([a, b]);
  });
});
