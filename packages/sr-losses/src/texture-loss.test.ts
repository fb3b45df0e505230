import { add, dispose, fill, mul, type Scalar, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { masked } from './masked.js';
import { testLoss } from './testing/index.js';
import { type TexturePreset, textureLoss } from './texture-loss.js';

const layers = ['first', 'second'] as const;

for (const preset of ['paper', 'code'] as const) {
  testLoss(textureLoss({ encoder: tinyEncoder(), layers, preset }), {
    name: `textureLoss, ${preset}`,
    gradients: { order: 2 },
  });
}

describeOnBackends('textureLoss of segments', () => {
  test('is seven times the loss of the whole for seven masks of ones, and once for one', async () => {
    const encoder = tinyEncoder();
    const loss = textureLoss({ encoder, layers });
    const [a, b] = [draw(1), draw(2)];
    const whole = await read(loss(a, b));
    for (const count of [1, 7]) {
      const ones = fill([1, 6, 5, count], 1) as Tensor4D;
      await expectClose([(await read(masked(loss)(a, b, ones))) / whole], [count]);
      ones.dispose();
    }
    encoder.dispose();
    dispose([a, b]);
  });

  test('does not look at the order of the masks, and not outside of them', async () => {
    const encoder = tinyEncoder();
    const loss = masked(textureLoss({ encoder, layers }));
    const [a, b] = [draw(3), draw(4)];
    const halves = [0, 1].map(half => Array.from({ length: 30 }, (_, i) => Number(Number(i >= 15) === half)));
    const masks = (order: number[]): Tensor4D =>
      tensor4d(Array.from({ length: 30 }, (_, i) => order.map(half => halves[half]![i]!)).flat(), [
        1,
        6,
        5,
        order.length,
      ]);
    const [ahead, back, upper] = [masks([0, 1]), masks([1, 0]), masks([0])];
    const value = await read(loss(a, b, ahead));
    await expectClose([(await read(loss(a, b, back))) / value], [1]);
    // b above, a below: nothing differs where the mask is.
    const lower = masks([1]);
    const mixed: Tensor4D = add(mul(b, upper), mul(a, lower));
    expect(await read(loss(mixed, b, upper))).toBe(0);
    dispose([a, b, ahead, back, upper, lower, mixed]);
    encoder.dispose();
  });
});

test('textureLoss names its presets', () => {
  const encoder = tinyEncoder();
  expect(() => textureLoss({ encoder, preset: 'gatys' as TexturePreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('paper or code') }),
  );
  encoder.dispose();
});

async function read(value: Scalar): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return number!;
}

function draw(seed: number): Tensor4D {
  const random = new Random(seed);
  return tensor4d(
    Float32Array.from({ length: 180 }, () => random.uniform()),
    [2, 6, 5, 3],
  );
}
