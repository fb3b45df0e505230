/** Style, texture and feature losses: what they share. */
import {
  addN,
  dispose,
  mul,
  type Scalar,
  type Tensor,
  type Tensor4D,
  tensor4d,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { type Encoder, Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from './golden/encoder-losses.json' with { type: 'json' };
import {
  discriminatorContent,
  type EncoderLoss,
  type FeaturePreset,
  featureLoss,
  histogramLoss,
  type Loss,
  l1,
  masked,
  type StylePreset,
  structureLoss,
  styleLoss,
  type TexturePreset,
  textureLoss,
  weighted,
} from './index.js';

type Shape = [number, number, number, number];
const shape = golden.shape as Shape;
const layers = ['first', 'second'] as const;

describeOnBackends(`Losses over a small encoder equal ${golden.tool} ${golden.version}:`, () => {
  test.each(Object.entries(golden.losses))('%s', async (name, expected) => {
    const encoder = tinyEncoder();
    const random = new Random(golden.seed);
    const [prediction, target] = [draw(random, shape), draw(random, shape)];
    const style = draw(random, golden.styleShape as Shape);
    const loss = lossOf(name, encoder);
    const other = name.endsWith('another size') ? style : target;
    await expectNoLeaks(async () => {
      const { value, grad } = valueAndGrad((x: Tensor) => loss(x as Tensor4D, other))(prediction);
      await near(value, [expected.value]);
      await near(grad, expected.gradient);
      dispose([value, grad]);
      if (!('prepare' in loss)) return;
      const prepared = (loss as EncoderLoss).prepare(other);
      const again = valueAndGrad((x: Tensor) => prepared(x as Tensor4D))(prediction);
      await near(again.value, [expected.value]);
      await near(again.grad, expected.gradient);
      dispose([again.value, again.grad]);
      prepared.dispose();
    });
    dispose([prediction, target, style]);
    encoder.dispose();
  });
});

describeOnBackends('Losses that look at one encoder', () => {
  test('share its features: each image once, as deep as the deepest asks', async () => {
    const tiny = tinyEncoder();
    const { encoder, asked } = counted(tiny);
    const parts = {
      pixel: [0.5, l1()],
      content: [2, featureLoss({ encoder, layers: ['second'] })],
      texture: [3, textureLoss({ encoder, layers: ['first'] })],
    } as const;
    const loss = weighted({ pixel: [0.5, l1()], perceptual: [1, weighted(parts)] });
    const random = new Random(2);
    const [prediction, target] = [draw(random, shape), draw(random, shape)];
    const apart = Object.values(parts).map(([weight, part]): [number, Loss] => [weight, part]);
    await expectNoLeaks(async () => {
      const { value, grad } = valueAndGrad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
      expect(asked).toEqual(['first,second', 'first,second']);
      asked.length = 0;
      const single = valueAndGrad((x: Tensor) => {
        const values = apart.map(([weight, part]) => mul(part(x as Tensor4D, target), weight));
        return addN([...values, mul(l1()(x as Tensor4D, target), 0.5)]) as Scalar;
      })(prediction);
      expect(asked).toEqual(['second', 'second', 'first', 'first']);
      await near(value, await single.value.data());
      await near(grad, await single.grad.data());
      dispose([value, grad, single.value, single.grad]);

      const terms = weighted(parts).terms(prediction, target);
      expect(Object.keys(terms)).toEqual(['pixel', 'content', 'texture']);
      dispose(Object.values(terms));
      const fixed = [
        featureLoss({ encoder, layers }).prepare(target),
        textureLoss({ encoder, layers }).prepare(target),
      ];
      const prepared = weighted({ content: [1, fixed[0]!], texture: [1, fixed[1]!] });
      asked.length = 0;
      prepared(prediction, target).dispose();
      expect(asked).toEqual(['first,second']);
      for (const loss of fixed) loss.dispose();
    });
    dispose([prediction, target]);
    tiny.dispose();
  });

  test('do so whichever they are', async () => {
    const tiny = tinyEncoder();
    const { encoder, asked } = counted(tiny);
    const first = { encoder, layers: ['first'] } as const;
    const all = weighted({
      feature: [1, featureLoss(first)],
      style: [1, styleLoss(first)],
      texture: [1, textureLoss(first)],
      structure: [1, structureLoss({ encoder, layer: 'first' })],
      histogram: [1, histogramLoss(first)],
      discriminator: [1, discriminatorContent({ encoder, layers: ['second'] })],
    });
    const random = new Random(5);
    const [prediction, target] = [draw(random, shape), draw(random, shape)];
    await expectNoLeaks(async () => {
      dispose(Object.values(all.terms(prediction, target)));
      expect(asked).toEqual(['first,second', 'first,second']);
    });
    dispose([prediction, target]);
    tiny.dispose();
  });

  test('and the masked among them go no deeper than they look', async () => {
    const tiny = tinyEncoder();
    const { encoder, asked } = counted(tiny);
    const texture = masked(textureLoss({ encoder, layers: ['first'] }));
    const masks = thirds();
    const loss = weighted<'content' | 'again' | 'regions', [Tensor4D, Tensor4D]>({
      content: [1, featureLoss({ encoder, layers: ['second'] })],
      regions: [1, (a, b) => texture(a, b, masks)],
      again: [1, styleLoss({ encoder, layers: ['second'] })],
    });
    const random = new Random(6);
    const [prediction, target] = [draw(random, shape), draw(random, shape)];
    await expectNoLeaks(async () => {
      loss(prediction, target).dispose();
      expect(asked).toEqual(['second', 'second', ...new Array(6).fill('first')]);
    });
    dispose([prediction, target, masks]);
    tiny.dispose();
  });

  test('fail alone: an error in one leaves nothing shared behind', async () => {
    const encoder = tinyEncoder();
    const failing = Object.assign(
      () => {
        throw new Error('on purpose');
      },
      { features: [{ encoder: encoder as unknown as Encoder, layers: ['first'] }] },
    );
    const loss = weighted({ texture: [1, textureLoss({ encoder, layers })], failing: [1, failing] });
    const image = draw(new Random(3), shape);
    expect(() => loss(image, image)).toThrow('on purpose');
    const value = weighted({ texture: [1, textureLoss({ encoder, layers })] })(image, image);
    expect((await value.data())[0]).toBe(0);
    dispose([image, value]);
    encoder.dispose();
  });
});

test('encoder losses say what does not fit', () => {
  const encoder = tinyEncoder();
  const [image, batch] = [draw(new Random(4), [1, 4, 4, 3]), draw(new Random(4), [3, 4, 5, 3])];
  const two = draw(new Random(4), [2, 4, 5, 3]);
  const style = styleLoss({ encoder, layers });
  expect(() => style(two, batch)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('1 or 2 images') }),
  );
  const prepared = featureLoss({ encoder, layers }).prepare(image);
  expect(() => prepared(batch)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
  prepared.dispose();
  expect(() => textureLoss({ encoder, layers: [] })).toThrow(expect.objectContaining({ code: 'losses/layers' }));
  expect(() => textureLoss({ encoder, layers: { first: Number.NaN } })).toThrow(
    expect.objectContaining({ code: 'losses/layers' }),
  );
  dispose([image, batch, two]);
  encoder.dispose();
});

/** The loss that a golden case is called after. */
function lossOf(name: string, encoder: Encoder<'first' | 'second'>): Loss | EncoderLoss {
  const [kind, ...words] = name.split(' ');
  const preset = words.join(' ');
  if (name === 'style of another size') return styleLoss({ encoder, layers });
  if (name === 'texture of segments') {
    const loss = masked(textureLoss({ encoder, layers }));
    return (x, y) => loss(x, y, thirds());
  }
  if (kind === 'style') return styleLoss({ encoder, layers, preset: preset as StylePreset });
  if (kind === 'texture') return textureLoss({ encoder, layers, preset: preset as TexturePreset });
  return featureLoss({ encoder, layers, preset: preset as FeaturePreset });
}

/** An encoder that notes which layers it is asked for. */
function counted(tiny: ReturnType<typeof tinyEncoder>): { encoder: Encoder<'first' | 'second'>; asked: string[] } {
  const asked: string[] = [];
  const run = (images: Tensor4D, options: { layers: readonly ('first' | 'second')[] }) => {
    asked.push([...options.layers].sort().join());
    return tiny(images, options);
  };
  const encoder = Object.assign(run, {
    encoderName: 'counted',
    layers,
    geometry: tiny.geometry,
    dispose: () => {},
  });
  return { encoder, asked };
}

/** Three masks of two rows each. */
function thirds(): Tensor4D {
  const [, height, width] = shape;
  const values = Array.from({ length: height * width }, (_, i) =>
    [0, 1, 2].map(k => Number(Math.floor(i / width / 2) === k)),
  );
  return tensor4d(values.flat(), [1, height, width, 3]);
}

/** Relative to the largest value. */
async function near(actual: Tensor, expected: ArrayLike<number>): Promise<void> {
  const scale = Math.max(...Array.from(expected, Math.abs));
  const scaled = (values: ArrayLike<number>): number[] => Array.from(values, value => value / scale);
  await expectClose(scaled(await actual.data()), scaled(expected), golden);
}

function draw(random: Random, size: Shape): Tensor4D {
  const count = size.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: count }, () => random.uniform()),
    size,
  );
}
