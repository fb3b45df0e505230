import {
  backend,
  concat,
  dispose,
  gather,
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import golden from './golden/gram-matrix.json' with { type: 'json' };
import {
  type GramNormalization,
  gramMatrix,
  gramNormalizations,
  guidedGramMatrices,
  unitChannels,
} from './gram-matrix.js';

type Shape = [number, number, number, number];
const shape = golden.shape as Shape;
const [batch, height, width, channels] = shape;
const names = Object.keys(gramNormalizations) as GramNormalization[];
/** Those that differ in more than a factor. */
const distinct = ['gatys', 'channel-unit', 'frobenius'] as const;

describeOnBackends(`Gram matrices equal PyTorch ${golden.tools.torch}`, () => {
  test.each(names)('%s', async name => {
    const expected = golden.cases[name];
    const random = new Random(1);
    const features = draw(random, shape);
    const cotangent = draw(random, [batch, channels, channels]);
    const gram = (x: Tensor): Tensor => gramMatrix(x as Tensor4D, { normalization: name });
    await expectNoLeaks(async () => {
      const [value, [slope]] = [gram(features), gradientsOf(gram, [features], cotangent)];
      expect(value.shape).toEqual([batch, channels, channels]);
      await expectClose(value, expected.value, golden);
      await expectClose(slope!, expected.gradient, golden);
      dispose([value, slope!]);
    });
    dispose([features, cotangent]);
  });

  test.each(['unit', 'none'] as const)('guided, guides normalised: %s', async guideNormalization => {
    const expected = golden.guided[guideNormalization];
    const random = new Random(2);
    const features = draw(random, shape);
    const guides = draw(random, [batch, height, width, golden.regions]);
    const cotangent = draw(random, [batch, golden.regions, channels, channels]);
    const gram = (x: Tensor): Tensor => guidedGramMatrices(x as Tensor4D, guides, { guideNormalization });
    await expectNoLeaks(async () => {
      const [value, [slope]] = [gram(features), gradientsOf(gram, [features], cotangent)];
      expect(value.shape).toEqual([batch, golden.regions, channels, channels]);
      await expectClose(value, expected.value, golden);
      await expectClose(slope!, expected.gradient, golden);
      dispose([value, slope!]);
    });
    dispose([features, guides, cotangent]);
  });

  test.each(distinct)('%s has right first and second derivatives', async normalization => {
    // Away from 0, where lengths have a kink.
    const features = draw(new Random(3), [2, 2, 3, 3], 0.5, 1.5);
    await checkGradients(x => gramMatrix(x as Tensor4D, { normalization }), [features], { order: 2 });
    features.dispose();
  });

  test('guided ones have right first and second derivatives', async () => {
    const random = new Random(4);
    const [features, guides] = [draw(random, [2, 2, 3, 3]), draw(random, [1, 2, 3, 2], 0.5, 1.5)];
    await checkGradients((x, t) => guidedGramMatrices(x as Tensor4D, t as Tensor4D), [features, guides], { order: 2 });
    dispose([features, guides]);
  });
});

describeOnBackends('The Gram matrix', () => {
  test('forgets where a feature is', async () => {
    const features = draw(new Random(5), [1, 4, 6, 3]);
    const order = new Random(6).permutation(24);
    const moved = reshape(gather(reshape(features, [24, 3]), order), [1, 4, 6, 3]) as Tensor4D;
    for (const normalization of names) {
      const grams = [features, moved].map(x => gramMatrix(x, { normalization }));
      await expectClose(grams[1]!, grams[0]!);
      dispose(grams);
    }
    dispose([features, moved]);
  });

  test('converts between the normalisations as their formulas say', async () => {
    const features = draw(new Random(7), [2, 4, 6, 3]);
    const [n, m, b] = [3, 24, 2];
    const raw = await values(features, 'gatys');
    // methods: what F F' is divided by.
    const divisors = {
      johnson: n * m,
      'tsrn-code': n * m,
      'fast-neural-style': n * m,
      'neural-style': n * m,
      'neural-image-synthesis': m,
      'pytorch-tutorial': b * n * m,
    };
    for (const [name, divisor] of Object.entries(divisors)) {
      await expectClose(
        raw.map(value => value / divisor),
        await values(features, name as GramNormalization),
      );
    }
    const unit = unitChannels(features);
    await expectClose(await values(unit, 'neural-image-synthesis'), await values(features, 'channel-unit'));
    // || G || = 1 for each image.
    const squares = (await values(features, 'frobenius')).map(value => value * value);
    for (const image of [squares.slice(0, 9), squares.slice(9)]) {
      expect(image.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    dispose([features, unit]);
  });

  test('is symmetric, grows with the square of the features, and its trace is their energy', async () => {
    const features = draw(new Random(8), [1, 3, 4, 3]);
    const gram = await values(features, 'gatys');
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      expect(gram[i * 3 + j]).toBe(gram[j * 3 + i]);
    }
    const energy = [...(await features.data())].reduce((sum, value) => sum + value * value, 0);
    expect(gram[0]! + gram[4]! + gram[8]!).toBeCloseTo(energy, 4);
    const doubled: Tensor4D = mul(features, 2);
    await expectClose(
      await values(doubled, 'gatys'),
      gram.map(value => 4 * value),
    );
    for (const name of ['channel-unit', 'frobenius'] as const) {
      await expectClose(await values(doubled, name), await values(features, name));
    }
    dispose([features, doubled]);
  });

  test('of an image does not depend on the rest of the batch', async () => {
    const [a, b] = [draw(new Random(9), [1, 3, 4, 3]), draw(new Random(10), [1, 3, 4, 3])];
    const both: Tensor4D = concat([a, b]);
    for (const name of names.filter(other => other !== 'pytorch-tutorial')) {
      await expectClose(await values(both, name), [...(await values(a, name)), ...(await values(b, name))]);
    }
    dispose([a, b, both]);
  });

  test('is finite for features of zeros, and so is its gradient', async () => {
    const features = tensor4d(new Float32Array(24), [1, 2, 3, 4]);
    for (const normalization of names) {
      const gram = (x: Tensor): Tensor => gramMatrix(x as Tensor4D, { normalization });
      const value = gram(features);
      const [slope] = gradientsOf(gram, [features], value);
      expect([...(await value.data()), ...(await slope!.data())].every(x => x === 0)).toBe(true);
      dispose([value, slope!]);
    }
    features.dispose();
  });

  test('is divided before it is summed where floats have half precision', async () => {
    // The sum of 4096 products, 2^132, passes the largest float (2^128); so does one of 4096 times 2^4 in half precision.
    vi.spyOn(backend(), 'floatPrecision').mockReturnValue(16);
    onTestFinished(() => void vi.restoreAllMocks());
    const features = tensor4d(new Float32Array(2 * 64 * 64).fill(2 ** 60), [1, 64, 64, 2]);
    const gram = await values(features, 'neural-image-synthesis');
    expect(gram).toEqual(new Array(4).fill(2 ** 120));
    features.dispose();
  });

  test('of a guide of ones is that of the whole image', async () => {
    const features = draw(new Random(11), [2, 3, 4, 3]);
    const ones = tensor4d(new Float32Array(12).fill(1), [1, 3, 4, 1]);
    for (const normalization of names) {
      const guided = guidedGramMatrices(features, ones, { normalization });
      await expectClose(await guided.data(), await values(features, normalization));
      guided.dispose();
    }
    dispose([features, ones]);
  });

  test('of regions that partition the image add up to that of the whole', async () => {
    const features = draw(new Random(12), [1, 4, 4, 3]);
    const random = new Random(13);
    const labels = Array.from({ length: 16 }, () => random.int(3));
    const guides = tensor4d(
      labels.flatMap(label => [0, 1, 2].map(region => Number(region === label))),
      [1, 4, 4, 3],
    );
    for (const normalization of ['gatys', 'johnson', 'channel-unit'] as const) {
      const total = tidy(() =>
        sum(guidedGramMatrices(features, guides, { normalization, guideNormalization: 'none' }), 1),
      );
      await expectClose(await total.data(), await values(features, normalization));
      total.dispose();
    }
    // Normalised: each weighs as much as its share of the area.
    const unit = guidedGramMatrices(features, guides);
    const matrices = await unit.data();
    const whole = await values(features, 'johnson');
    const shares = [0, 1, 2].map(region => labels.filter(label => label === region).length / 16);
    await expectClose(
      whole.map((_, i) => shares.reduce((sum, share, region) => sum + share * matrices[region * 9 + i]!, 0)),
      whole,
    );
    dispose([features, guides, unit]);
  });

  test('of an empty region is 0', async () => {
    const features = draw(new Random(14), [1, 2, 2, 3]);
    const empty = tensor4d(new Float32Array(4), [1, 2, 2, 1]);
    const gram = guidedGramMatrices(features, empty);
    expect([...(await gram.data())]).toEqual(new Array(9).fill(0));
    dispose([features, empty, gram]);
  });
});

describe('gramMatrix', () => {
  test('lists the normalisations there are', () => {
    const features = tensor4d([1], [1, 1, 1, 1]);
    expect(() => gramMatrix(features, { normalization: 'mean' as GramNormalization })).toThrow(
      expect.objectContaining({ code: 'gram/normalization', message: expect.stringContaining('gatys, johnson') }),
    );
    expect(() => gramMatrix(reshape(features, [1]) as unknown as Tensor4D)).toThrow(
      expect.objectContaining({ code: 'tensor/shape' }),
    );
    expect(() => guidedGramMatrices(features, tensor4d([1, 1], [1, 2, 1, 1]))).toThrow(
      expect.objectContaining({ code: 'tensor/shape', message: expect.stringContaining('[1, 2, 1, 1]') }),
    );
  });
});

async function values(features: Tensor4D, normalization: GramNormalization): Promise<number[]> {
  const gram = gramMatrix(features, { normalization });
  const numbers = [...(await gram.data())];
  gram.dispose();
  return numbers;
}

function draw(random: Random, size: number[], low = -1, high = 1): Tensor4D {
  const count = size.reduce((product, n) => product * n, 1);
  return reshape(
    tensor4d(
      Float32Array.from({ length: count }, () => random.uniform(low, high)),
      [1, 1, 1, count],
    ),
    size as Shape,
  );
}
