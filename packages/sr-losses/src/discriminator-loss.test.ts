import {
  dispose,
  keep,
  mean,
  ones,
  reshape,
  scalar,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { batchNorm, conv2d, gradientMap, leakyRelu, Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { adversarialLoss, type Discriminator, discriminatorLoss } from './discriminator-loss.js';
import golden from './golden/adversarial.json' with { type: 'json' };
import { valuesOf } from './golden/extractor.js';
import images from './golden/losses.json' with { type: 'json' };
import { smallCritic, smallWeights } from './golden/small-encoder.js';
import { testLoss } from './testing/index.js';

const shape = images.shape as [number, number, number, number];
const makeImages = (): [Tensor4D, Tensor4D] => [tensor4d(images.prediction, shape), tensor4d(images.target, shape)];

// Weights are made when the loss runs, on the backend of the test, and go with the caller's tidy.
const critic: Discriminator = x => smallCritic(x, smallWeights({ bias: 4 }));
for (const preset of [
  'vanilla',
  'saturating',
  'non-log',
  'lsgan',
  'lsgan-basicsr',
  'hinge',
  'wasserstein',
  'ragan',
  'ragan-paper',
] as const) {
  testLoss(adversarialLoss({ discriminator: critic, preset }), {
    name: `adversarialLoss, ${preset}`,
    kind: 'score',
    constantTarget: true,
    gradients: { order: 2 },
  });
}

/** Convolution, batch norm, leaky ReLU, mean: a twin of `normalizing_critic` in tools/oracles/losses.py. */
const normalizing =
  ([weight, bias]: readonly Tensor[], statistics: Map<string, Tensor>, modes: string[] = []): Discriminator =>
  (x, { mode, update }) => {
    modes.push(mode);
    const norm = {
      weight: ones([4]),
      bias: zeros([4]),
      runningMean: statistics.get('running_mean')!,
      runningVariance: statistics.get('running_var')!,
    };
    const { output, running } = batchNorm(conv2d(x, { weight: weight!, bias }), norm, { mode });
    if (running !== undefined) {
      update('running_mean', running.mean);
      update('running_var', running.variance);
    }
    return reshape(mean(leakyRelu(output, { slope: 0.2 }), [1, 2, 3]), [-1, 1]);
  };

const initialStatistics = (): Map<string, Tensor> =>
  new Map([
    ['running_mean', zeros([4])],
    ['running_var', ones([4])],
  ]);

describeOnBackends(`A discriminator with batch statistics, as in ${golden.tool} ${golden.version}`, () => {
  test('is trained on separate batches and moves its running statistics by both', async () => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const [prediction, target] = makeImages();
      const statistics = initialStatistics();
      // What the real batch wrote the fake one reads, as in PyTorch.
      const update = (name: string, value: Tensor): void => {
        statistics.get(name)!.dispose();
        statistics.set(name, keep(value));
      };
      const expected = golden.discriminatorStep;
      const one = scalar(1);
      const slopes = gradientsOf(
        (...w) =>
          discriminatorLoss({ discriminator: normalizing(w, statistics), preset: 'ragan' })(prediction, target, {
            update,
          }),
        weights.slice(0, 2),
        one,
      );
      await expectClose(await valuesOf(slopes), expected.gradient, golden);
      await expectClose(statistics.get('running_mean')!, expected.runningMean, golden);
      await expectClose(statistics.get('running_var')!, expected.runningVariance, golden);
      const loss = discriminatorLoss({ discriminator: normalizing(weights, statistics), preset: 'ragan' });
      const value = loss(prediction, target);
      await expectClose(value, [expected.value], golden);
      dispose([prediction, target, one, value, ...slopes, ...weights, ...statistics.values()]);
    });
  });

  test("is left alone by the generator's step", async () => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const [prediction, target] = makeImages();
      const statistics = initialStatistics();
      const modes: string[] = [];
      const loss = adversarialLoss({ discriminator: normalizing(weights, statistics, modes), preset: 'ragan' });
      const value = loss(prediction, target);
      const one = scalar(1);
      const [slopes, none] = gradientsOf((p, t) => loss(p as Tensor4D, t as Tensor4D), [prediction, target], one);
      await expectClose(value, [golden.generatorStep.value], golden);
      await expectClose(slopes!, golden.generatorStep.gradient, golden);
      await expectClose(none!, new Float32Array(none!.size), { tolerance: 1e-12 });
      await expectClose(statistics.get('running_mean')!, [0, 0, 0, 0]);
      await expectClose(statistics.get('running_var')!, [1, 1, 1, 1]);
      expect(new Set(modes)).toEqual(new Set(['training']));
      dispose([prediction, target, value, one, slopes!, none!, ...weights, ...statistics.values()]);
    });
  });
});

describeOnBackends('discriminatorLoss', () => {
  test('tells its terms, the penalty of the Wasserstein loss among them', async () => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const [prediction, target] = makeImages();
      const loss = discriminatorLoss({ discriminator: x => smallCritic(x, weights), preset: 'wasserstein' });
      const terms = loss.terms(prediction, target, { random: new Random(9) });
      expect(Object.keys(terms)).toEqual(['real', 'fake', 'penalty']);
      await expectClose(terms.penalty!, [golden.penalties['wgan-gp'].value], golden);
      const total = loss(prediction, target, { random: new Random(9) });
      const sum = (await Promise.all(Object.values(terms).map(term => term.data()))).reduce((s, [x]) => s + x!, 0);
      await expectClose(total, [sum]);
      expect(() => loss(prediction, target)).toThrow(expect.objectContaining({ code: 'losses/random' }));
      dispose([prediction, target, total, ...weights, ...Object.values(terms)]);
    });
  });

  test('can look at a view of the pictures', async () => {
    const seen: number[][] = [];
    const discriminator: Discriminator = x => {
      seen.push(x.shape);
      return tensor1d([0]);
    };
    const [prediction, target] = makeImages();
    const view = (x: Tensor4D): Tensor4D => gradientMap(x, { padding: 2 });
    const value = discriminatorLoss({ discriminator, view })(prediction, target);
    expect(seen).toEqual([
      [2, 5, 6, 3],
      [2, 5, 6, 3],
    ]);
    await expectClose(value, [2 * Math.LN2]);
    dispose([prediction, target, value]);
  });
});
