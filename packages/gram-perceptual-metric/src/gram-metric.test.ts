import {
  clipByValue,
  concat,
  dispose,
  fill,
  gather,
  grad,
  reshape,
  type Tensor,
  type Tensor4D,
  tensor4d,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { type Encoder, type Picture, Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { featureMetric } from './feature-metric.js';
import golden from './golden/tiny-metric.json' with { type: 'json' };
import { type GramNormalization, gramNormalizations } from './gram-matrix.js';
import { gramMetric } from './gram-metric.js';
import type { GramPreset } from './layer-presets.js';

type Shape = [number, number, number, number];
const layers = ['first', 'second'] as const;
const metrics = {
  gram: (encoder: ReturnType<typeof tinyEncoder>) => gramMetric({ encoder, layers }),
  features: (encoder: ReturnType<typeof tinyEncoder>) => featureMetric({ encoder, layers }),
};

describeOnBackends(`Over a small encoder, equal to PyTorch ${golden.tools.torch}:`, () => {
  test.each(Object.entries(golden.cases))('%s', async (name, expected) => {
    const encoder = tinyEncoder();
    const metric =
      name === 'features'
        ? featureMetric({ encoder, layers })
        : gramMetric({ encoder, layers, normalization: name as GramNormalization });
    const random = new Random(golden.seed);
    const [result, reference] = [draw(random, golden.shape as Shape), draw(random, golden.shape as Shape)];
    await expectNoLeaks(async () => {
      const reports = await metric.report(result, reference);
      for (const [i, layer] of layers.entries()) {
        const values = reports.map(report => report.layers[layer]!);
        await near(values, expected.layers[i]!);
      }
      await near(
        await metric(result, reference),
        expected.layers[0]!.map((value, i) => value + expected.layers[1]![i]!),
      );
      const { value, grad: slope } = valueAndGrad((x: Tensor) => metric.loss(x as Tensor4D, reference))(result);
      await near(await value.data(), [expected.loss]);
      await near(await slope.data(), expected.gradient);
      dispose([value, slope]);
    });
    dispose([result, reference]);
    encoder.dispose();
  });

  test('with masks', async () => {
    const encoder = tinyEncoder();
    const random = new Random(golden.seed);
    const [result, reference] = [draw(random, golden.shape as Shape), draw(random, golden.shape as Shape)];
    const masks = quarters(golden.shape[1]!, golden.shape[2]!);
    for (const [name, make] of Object.entries(metrics)) {
      const metric = make(encoder);
      const expected = golden.inside[name as 'gram' | 'features'];
      const reports = await metric.report(result, reference, { masks, guides: 'inside' });
      for (const [i, layer] of layers.entries()) {
        await near(
          reports.flatMap(report => report.regions![layer]!),
          expected[i]!.flat(),
        );
      }
    }
    dispose([result, reference, masks]);
    encoder.dispose();
  });
});

describeOnBackends('The metrics', () => {
  let encoder: ReturnType<typeof tinyEncoder>;
  beforeAll(() => {
    encoder = tinyEncoder();
  });
  afterAll(() => encoder.dispose());

  test.each(Object.entries(metrics))('%s: the loss has right gradients', async (_, make) => {
    const metric = make(encoder);
    const random = new Random(3);
    const [prediction, target] = [draw(random, [1, 5, 4, 3]), draw(random, [1, 5, 4, 3])];
    await expectNoLeaks(() =>
      checkGradients((p, t) => metric.loss(p as Tensor4D, t as Tensor4D), [prediction, target], { order: 2 }),
    );
    dispose([prediction, target]);
  });

  test('gram with masks: the loss has right gradients', async () => {
    const random = new Random(4);
    const [prediction, target] = [draw(random, [1, 6, 4, 3]), draw(random, [1, 6, 4, 3])];
    const masks = quarters(6, 4);
    const { loss } = metrics.gram(encoder);
    await checkGradients((p, t) => loss(p as Tensor4D, t as Tensor4D, { masks }), [prediction, target]);
    dispose([prediction, target, masks]);
  });

  test.each(Object.entries(metrics))('%s is 0 for equal pictures, symmetric, and batched', async (_, make) => {
    const metric = make(encoder);
    const random = new Random(5);
    const [a, b] = [draw(random, [2, 6, 5, 3]), draw(random, [2, 6, 5, 3])];
    expect([...(await metric(a, a))]).toEqual([0, 0]);
    const slope = grad((x: Tensor) => metric.loss(x as Tensor4D, a))(a);
    expect([...(await slope.data())].every(Number.isFinite)).toBe(true);
    const values = await metric(a, b);
    expect([...values].every(value => value > 0)).toBe(true);
    await near(await metric(b, a), values);
    // One by one, as pictures.
    const [pictures, references] = await Promise.all([toPictures(a), toPictures(b)]);
    await near(await metric(pictures, references), values);
    await near(await metric(pictures[1]!, references[1]!), [values[1]!]);
    await near(await metric(pictures, b), values);
    dispose([a, b, slope]);
  });

  test('gram does not look at the order of channels', async () => {
    const random = new Random(6);
    const [a, b] = [draw(random, [1, 6, 5, 3]), draw(random, [1, 6, 5, 3])];
    const turned = Object.assign(
      (images: Tensor4D, options: { layers: readonly ('first' | 'second')[] }) => {
        const maps = encoder(images, options);
        return { ...maps, second: gather(maps.second, [3, 1, 0, 5, 2, 4], 3) as Tensor4D };
      },
      { encoderName: 'turned', layers, geometry: encoder.geometry, dispose: () => {} },
    );
    const [value] = await gramMetric({ encoder, layers: ['second'] })(a, b);
    const [other] = await gramMetric({ encoder: turned, layers: ['second'] })(a, b);
    await near([other!], [value!]);
    dispose([a, b]);
  });

  test('gram compares pictures of different sizes, features does not', async () => {
    const random = new Random(7);
    const [a, b] = [draw(random, [1, 6, 5, 3]), draw(random, [1, 9, 7, 3])];
    const { gram, features } = { gram: metrics.gram(encoder), features: metrics.features(encoder) };
    const [value] = await gram(a, b);
    expect(value).toBeGreaterThan(0);
    await near(await gram(b, a), [value!]);
    const loss = gram.loss(a, b);
    await near(await loss.data(), [value!]);
    await expect(features(a, b)).rejects.toMatchObject({
      code: 'picture/size',
      message: expect.stringContaining('5 x 6 (result) and 7 x 9 (reference)'),
    });
    expect(() => features.loss(a, b)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
    dispose([a, b, loss]);
  });

  test.each(Object.entries(metrics))('%s: a mask of ones is the whole picture', async (_, make) => {
    const metric = make(encoder);
    const random = new Random(8);
    const [a, b] = [draw(random, [2, 6, 5, 3]), draw(random, [2, 6, 5, 3])];
    const ones = fill([1, 6, 5, 1], 1) as Tensor4D;
    const values = await metric(a, b);
    for (const guides of ['resize', 'inside'] as const) {
      await near(await metric(a, b, { masks: ones, guides }), values);
    }
    // Regions count for themselves: twice the picture, twice the distance; the order does not matter.
    const twice = concat([ones, ones], 3) as Tensor4D;
    await near(
      await metric(a, b, { masks: twice }),
      values.map(value => 2 * value),
    );
    dispose([a, b, ones, twice]);
  });

  test('gram compares each region with its own counterpart', async () => {
    const random = new Random(9);
    const [a, b] = [draw(random, [1, 6, 4, 3]), draw(random, [1, 6, 4, 3])];
    const metric = metrics.gram(encoder);
    const masks = quarters(6, 4);
    const turned = gather(masks, [2, 0, 3, 1], 3) as Tensor4D;
    const [value] = await metric(a, b, { masks });
    await near(await metric(a, b, { masks: turned }), [value!]);
    await near(await metric(a, b, { masks: { result: masks, reference: masks } }), [value!]);
    const [crossed] = await metric(a, b, { masks: { result: masks, reference: turned } });
    expect(Math.abs(crossed! - value!)).toBeGreaterThan(0.01 * value!);
    const [report] = await metric.report(a, b, { masks });
    expect(report!.regions!.second).toHaveLength(4);
    const regions = Object.values(report!.regions!).flat();
    expect(regions.reduce((sum, x) => sum + x, 0)).toBeCloseTo(report!.distance, 10);
    dispose([a, b, masks, turned]);
  });

  test('take masks as pictures', async () => {
    const random = new Random(10);
    const [a, b] = [draw(random, [1, 4, 4, 3]), draw(random, [1, 4, 4, 3])];
    const left: Picture = {
      data: Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 255 : 0)),
      width: 4,
      height: 4,
      channels: 1,
    };
    const tensor = tensor4d(
      Array.from(left.data, value => value / 255),
      [1, 4, 4, 1],
    );
    const metric = metrics.gram(encoder);
    await expectNoLeaks(async () => {
      await near(await metric(a, b, { masks: [left] }), await metric(a, b, { masks: tensor }));
    });
    dispose([a, b, tensor]);
  });

  test('clip values on the way in, and refuse them on request', async () => {
    const random = new Random(11);
    const reference = draw(random, [1, 4, 4, 3]);
    const wild = tensor4d(
      Array.from({ length: 48 }, () => random.uniform(-0.5, 1.5)),
      [1, 4, 4, 3],
    );
    const clipped = clipByValue(wild, 0, 1);
    const metric = metrics.gram(encoder);
    await near(await metric(wild, reference), await metric(clipped, reference));
    await expectNoLeaks(() =>
      expect(metric(wild, reference, { checkRange: true })).rejects.toMatchObject({ code: 'picture/range' }),
    );
    dispose([reference, wild, clipped]);
  });

  test('say what does not fit', async () => {
    const metric = metrics.gram(encoder);
    const [a, b] = [draw(new Random(12), [1, 4, 4, 3]), draw(new Random(12), [2, 4, 4, 3])];
    const masks = quarters(4, 2);
    await expect(metric(a, b)).rejects.toMatchObject({ code: 'metrics/pairs' });
    await expect(metric([], await toPictures(a))).rejects.toMatchObject({ code: 'metrics/pairs' });
    await expect(metric(a, a, { masks })).rejects.toMatchObject({
      code: 'gram/masks',
      message: expect.stringContaining('[1 or 1, 4, 4, 4], received [1, 4, 2, 4]'),
    });
    await expect(metric(reshape(a, [4, 4, 3]) as unknown as Tensor4D, a)).rejects.toMatchObject({
      code: 'tensor/shape',
    });
    dispose([a, b, masks]);
  });
});

describe('gramMetric', () => {
  test('says what it is', () => {
    const metric = gramMetric({ encoder: named('squeezenet1_1') });
    expect({ ...metric }).toMatchObject({
      name: 'gram-squeeze',
      direction: 'lower',
      range: [0, Number.POSITIVE_INFINITY],
      mode: 'full-reference',
      differentiable: true,
    });
  });

  // methods of the first document, 2.6: three readings of its layer rule.
  test.each<[string, GramPreset, string[]]>([
    ['alexnet', 'literal', ['relu2']],
    ['alexnet', 'tail', ['relu2', 'relu3', 'relu4', 'relu5']],
    ['alexnet', 'inner', ['relu2', 'relu3', 'relu4']],
    ['squeezenet1_1', 'literal', ['fire3']],
    ['squeezenet1_1', 'tail', ['fire3', 'fire5']],
    ['squeezenet1_1', 'inner', ['fire3', 'fire5', 'fire6', 'fire7', 'fire8']],
    ['vgg16', 'literal', ['relu2_2', 'relu3_3', 'relu4_3']],
    ['vgg16', 'tail', ['relu2_2', 'relu3_3', 'relu4_3', 'relu5_3']],
    ['vgg16', 'inner', ['relu2_2', 'relu3_3', 'relu4_3']],
  ])('of %s reads the layer rule as %s', (network, preset, expected) => {
    expect(gramMetric({ encoder: named(network), preset }).layers).toEqual(expected);
  });

  test('asks for layers of encoders it does not know', () => {
    expect(() => gramMetric({ encoder: named('other') })).toThrow(
      expect.objectContaining({ code: 'gram/layers', message: expect.stringContaining('of other and no layers') }),
    );
    expect(() => gramMetric({ encoder: named('other'), layers: [] })).toThrow(
      expect.objectContaining({ code: 'gram/layers', message: expect.stringContaining('one of a, b') }),
    );
    expect(() => gramMetric({ encoder: named('other'), layers: ['a'], normalization: 'x' as never })).toThrow(
      expect.objectContaining({ code: 'gram/normalization' }),
    );
    expect(Object.keys(gramNormalizations)).toContain('johnson');
  });
});

/** An encoder that is only asked for its name. */
function named(encoderName: string): Encoder {
  const none = () => {
    throw new Error('not to be run');
  };
  return Object.assign(none, { encoderName, layers: ['a', 'b'], geometry: none, dispose: () => {} });
}

/** Masks of the four quarters of a picture. */
function quarters(height: number, width: number): Tensor4D {
  return tensor4d(
    Array.from({ length: height * width }, (_, i) => {
      const quarter = 2 * Number(Math.floor(i / width) >= height / 2) + Number(i % width >= width / 2);
      return [0, 1, 2, 3].map(region => Number(region === quarter));
    }).flat(),
    [1, height, width, 4],
  );
}

async function toPictures(images: Tensor4D): Promise<Picture[]> {
  const [batch, height, width] = images.shape;
  const data = (await images.data()) as Float32Array;
  const size = height * width * 3;
  return Array.from({ length: batch }, (_, i) => ({
    data: data.slice(i * size, (i + 1) * size),
    width,
    height,
    channels: 3,
  }));
}

/** Relative to the largest value: distances are far below 1. */
async function near(actual: ArrayLike<number>, expected: ArrayLike<number>): Promise<void> {
  const scale = Math.max(...Array.from(expected, Math.abs));
  const scaled = (values: ArrayLike<number>): number[] => Array.from(values, value => value / scale);
  await expectClose(scaled(actual), scaled(expected), { tolerance: golden.tolerance });
}

function draw(random: Random, shape: Shape): Tensor4D {
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: count }, () => random.uniform()),
    shape,
  );
}
