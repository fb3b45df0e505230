import { dispose, fill, mul, scalar, sum, type Tensor, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from './golden/adversarial.json' with { type: 'json' };
import images from './golden/losses.json' with { type: 'json' };
import { smallCritic, smallWeights } from './golden/small-encoder.js';
import { type GradientPenaltyPreset, gradientPenalty } from './gradient-penalty.js';

const shape = images.shape as [number, number, number, number];
const presets = Object.keys(golden.penalties) as GradientPenaltyPreset[];

describeOnBackends('gradientPenalty', () => {
  // The gradient for the weights of the critic is a second derivative.
  test.each(presets)(`%s equals ${golden.tool} ${golden.version}`, async preset => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const [fake, real, one] = [tensor4d(images.prediction, shape), tensor4d(images.target, shape), scalar(1)];
      const penalty = (...w: Tensor[]): Tensor =>
        gradientPenalty(fake, real, { critic: x => smallCritic(x, w), random: new Random(9), preset });
      const value = penalty(...weights);
      await expectClose(value, [golden.penalties[preset].value], golden);
      const slopes = gradientsOf(penalty, weights, one);
      const numbers = await Promise.all(slopes.map(x => x.data()));
      await expectClose(
        numbers.flatMap(values => Array.from<number>(values)),
        golden.penalties[preset].gradient,
        golden,
      );
      dispose([fake, real, one, value, ...weights, ...slopes]);
    });
  });

  test.each(presets)('%s has the gradients of its value for the critic', async preset => {
    const weights = smallWeights({ bias: 4 });
    const [fake, real] = [tensor4d(images.prediction, shape), tensor4d(images.target, shape)];
    await checkGradients(
      (...w) => gradientPenalty(fake, real, { critic: x => smallCritic(x, w), random: new Random(9), preset }),
      weights,
    );
    dispose([fake, real, ...weights]);
  });

  test('is 0 for a slope of 1, weight for a slope of 0, and finite there', async () => {
    const [fake, real] = [zeros([2, 2, 2, 3]) as Tensor4D, fill([2, 2, 2, 3], 1) as Tensor4D];
    const slope = scalar(1 / Math.sqrt(12));
    const critic = (s: Tensor) => (x: Tensor4D) => mul(sum(x, [1, 2, 3]), s);
    const options = { random: new Random(1), weight: 3 };
    const none = scalar(0);
    const flat = gradientPenalty(fake, real, { ...options, critic: critic(none) });
    const steady = gradientPenalty(fake, real, { ...options, critic: critic(slope) });
    await expectClose(flat, [3]);
    await expectClose(steady, [0]);
    const [atZero] = gradientsOf(s => gradientPenalty(fake, real, { ...options, critic: critic(s!) }), [none], none);
    expect(Number.isFinite((await atZero!.data())[0]!)).toBe(true);
    dispose([fake, real, slope, none, flat, steady, atZero!]);
  });
});

test('says what it expects', () => {
  const [fake, real] = [zeros([1, 2, 2, 3]), zeros([2, 2, 2, 3])] as [Tensor4D, Tensor4D];
  const options = { critic: (x: Tensor4D) => sum(x), random: new Random(1) };
  expect(() => gradientPenalty(fake, real, options)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
  expect(() => gradientPenalty(real, real, { ...options, preset: 'r1' as GradientPenaltyPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('wgan-gp') }),
  );
  dispose([fake, real]);
});
