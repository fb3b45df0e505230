import { dispose, gather, mul, type Scalar, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type StylePreset, styleLoss } from './style-loss.js';
import { testLoss } from './testing/index.js';
import { textureLoss } from './texture-loss.js';

const layers = ['first', 'second'] as const;
/** One layer is enough, and a geometry for the weights of presets. */
const own: Encoder<'maps'> = Object.assign((images: Tensor4D) => ({ maps: images }), {
  encoderName: 'pixels',
  layers: ['maps'] as const,
  geometry: () => ({ channels: 3, stride: 1, receptiveField: 1 }),
  dispose: () => {},
});

for (const preset of ['johnson', 'gatys'] as const) {
  testLoss(styleLoss({ encoder: tinyEncoder(), layers, preset }), {
    name: `styleLoss, ${preset}`,
    anySize: true,
    gradients: { order: 2 },
  });
}

describeOnBackends('styleLoss', () => {
  test('converts between its presets as their formulas say', async () => {
    const [a, b] = [draw(1, [2, 4, 5, 3]), draw(2, [2, 4, 5, 3])];
    const value = async (preset: StylePreset): Promise<number> =>
      read(styleLoss({ encoder: own, layers: { maps: 1 }, preset })(a, b));
    // methods: Johnson = 4 equation 1; the mean over C^2 = Johnson / C^2; NeuralImageSynthesis leaves out the C of each matrix.
    const johnson = await value('johnson');
    await expectClose([await value('gatys')], [johnson / 4]);
    for (const preset of ['fast-neural-style', 'neural-style', 'pytorch-tutorial'] as const) {
      await expectClose([await value(preset)], [johnson / 9]);
    }
    await expectClose([await value('neural-image-synthesis')], [johnson]);
    // TSRN: the code's texture loss is equation 1 times 4 / N^2.
    const paper = await read(textureLoss({ encoder: own, layers: ['maps'] })(a, b));
    await expectClose(
      [await read(textureLoss({ encoder: own, layers: ['maps'], preset: 'code' })(a, b))],
      [(paper * 4) / 9],
    );
    await expectClose([paper], [johnson / 4]);
    dispose([a, b]);
  });

  test('grows with the fourth power of the features, and not with moved pixels', async () => {
    const [a, b] = [draw(3, [1, 4, 4, 3]), draw(4, [1, 4, 4, 3])];
    const loss = styleLoss({ encoder: own, layers: ['maps'] });
    const once = await read(loss(a, b));
    const [a2, b2]: Tensor4D[] = [mul(a, 2), mul(b, 2)];
    await expectClose([await read(loss(a2!, b2!))], [16 * once]);
    const moved = gather(a, [2, 0, 3, 1], 1) as Tensor4D;
    await expectClose([await read(loss(moved, b))], [once]);
    expect(await read(loss(moved, a))).toBeLessThan(1e-12);
    dispose([a, b, a2!, b2!, moved]);
  });

  test('takes one style for a batch, of any size', async () => {
    const encoder = tinyEncoder();
    const loss = styleLoss({ encoder, layers, preset: 'fast-neural-style' });
    const [batch, style] = [draw(5, [2, 6, 5, 3]), draw(6, [1, 8, 9, 3])];
    const [first, second] = [0, 1].map(i => gather(batch, [i]) as Tensor4D);
    const expected = ((await read(loss(first!, style))) + (await read(loss(second!, style)))) / 2;
    await expectClose([await read(loss(batch, style))], [expected]);
    const prepared = loss.prepare(style);
    await expectClose([await read(prepared(batch))], [expected]);
    prepared.dispose();
    dispose([batch, style, first!, second!]);
    encoder.dispose();
  });
});

test('styleLoss weighs layers and names its presets', () => {
  const encoder = own as Encoder;
  expect(() => styleLoss({ encoder, preset: 'paper' as StylePreset })).toThrow(
    expect.objectContaining({
      code: 'losses/preset',
      message: expect.stringContaining('johnson or fast-neural-style'),
    }),
  );
  expect(styleLoss({ encoder }).features![0]!.layers).toEqual(['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3']);
  expect(textureLoss({ encoder, preset: 'code' }).features![0]!.layers).toEqual([
    'relu2_2',
    'relu3_4',
    'relu4_4',
    'relu5_4',
  ]);
});

async function read(value: Scalar): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return number!;
}

function draw(seed: number, shape: [number, number, number, number]): Tensor4D {
  const random = new Random(seed);
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: count }, () => random.uniform()),
    shape,
  );
}
