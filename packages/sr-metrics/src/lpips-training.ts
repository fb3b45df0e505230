/**
 * Training the linear layers of LPIPS on people's judgements (Zhang et al., CVPR 2018, section 3.3 and appendix; train.py and
 * lpips/trainer.py of the authors).
 *
 * A small network G on top turns the distances d0 and d1 of a triplet into the chance h that people prefer p1:
 *
 *   G(d0, d1, d0 - d1, d0 / (d1 + 0.1), d1 / (d0 + 0.1)),   5 -> 32 -> 32 -> 1, leaky ReLU of 0.2, sigmoid
 *
 * and both learn by cross entropy, Adam with beta1 0.5, batches of 50, rate 1e-4 for 5 epochs and falling to 0 over 5 more. Half
 * of the squared differences is dropped at random, at each position and channel. Linear layers are kept from below 0. The
 * network that gives the features is not trained.
 */
import {
  abs,
  add,
  addN,
  concat,
  dispose,
  div,
  exp,
  leakyRelu,
  log1p,
  matMul,
  maximum,
  mean,
  mul,
  neg,
  relu,
  reshape,
  type Scalar,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import {
  type Encoder,
  type ParameterSpec,
  Parameters,
  pictureToTensor,
  Random,
  type Scope,
  SrError,
  throwIfAborted,
  torchDefault,
} from 'sr-tensor';
import { adam, type Optimizer } from 'sr-tensor/optimizers';
import type { LpipsLinear } from './lpips-linear.js';
import type { Images } from './metric.js';
import type { TwoAfcTriplet } from './two-afc.js';
import { unitDifference } from './unit-difference.js';

export interface TrainLpipsOptions<Layer extends string = string> {
  encoder: Encoder<Layer>;
  /** Default: all; `lpipsLayers` has those of the paper. */
  layers?: readonly Layer[];
  /** All of one size, as `openTwoAfc` of `sr-metrics/node` gives them. */
  triplets: { readonly length: number; read(index: number): Promise<TwoAfcTriplet> };
  /** Default 50. */
  batchSize?: number;
  /** At the full rate. Default 5. */
  epochs?: number;
  /** Over which the rate falls. Default 5. */
  decayEpochs?: number;
  /** Default 1e-4. */
  learningRate?: number;
  /** Default true. */
  dropout?: boolean;
  /** Of the start, the order and what is dropped. Default 0. */
  seed?: number;
  signal?: AbortSignal;
  onProgress?: (progress: LpipsTrainingProgress) => void;
}

export interface LpipsTrainingProgress {
  /** From 1. */
  readonly epoch: number;
  /** Steps done, and all of them. */
  readonly step: number;
  readonly steps: number;
  /** Cross entropy of the batch. */
  readonly loss: number;
}

/**
 * Trains linear layers for LPIPS.
 *
 * @returns one number a channel for each layer, for `lpips({ encoder, linear })`
 * @throws `metrics/pairs` if there are no triplets; `tensor/shape` if sizes differ within a batch; `aborted`
 * @example
 * const linear = await trainLpips({ encoder, triplets: await openTwoAfc('2afc/train/cnn') });
 * const perceptual = lpips({ encoder, linear });
 */
export async function trainLpips<Layer extends string>({
  encoder,
  layers = encoder.layers,
  triplets,
  batchSize = 50,
  epochs = 5,
  decayEpochs = 5,
  learningRate = 1e-4,
  dropout = true,
  seed = 0,
  signal,
  onProgress,
}: TrainLpipsOptions<Layer>): Promise<LpipsLinear> {
  if (triplets.length === 0) {
    throw new SrError({ code: 'metrics/pairs', message: 'trainLpips: expected triplets to train on, received none.' });
  }
  const channels = layers.map(layer => encoder.geometry(layer).channels);
  const parameters = Parameters.create(rankingParameters(channels), { seed });
  const optimizer = adam({ learningRate, beta1: 0.5 });
  const random = new Random(seed + 1);
  const steps = Math.ceil(triplets.length / batchSize) * (epochs + decayEpochs);
  let step = 0;
  try {
    for (let epoch = 1; epoch <= epochs + decayEpochs; epoch++) {
      // The first epoch beyond `epochs` has the full rate still: it is lowered at the end of each of them.
      optimizer.learningRate = learningRate * (1 - Math.max(0, epoch - 1 - epochs) / decayEpochs);
      const order = random.permutation(triplets.length);
      for (let start = 0; start < order.length; start += batchSize) {
        throwIfAborted(signal);
        const batch = await Promise.all(order.slice(start, start + batchSize).map(i => triplets.read(i)));
        const differences = measureTriplets(batch, encoder, layers, dropout ? random : undefined);
        const loss = takeStep(differences, parameters, optimizer);
        step++;
        try {
          const [value] = await loss.data();
          onProgress?.({ epoch, step, steps, loss: value! });
        } finally {
          loss.dispose();
        }
      }
    }
    return await Promise.all(
      channels.map(async (_, i) => (await parameters.get(`lin${i}.weight`).data()).slice() as Float32Array),
    );
  } finally {
    parameters.dispose();
    optimizer.dispose();
  }
}

/** What of a batch the linear layers see: for each layer, squared differences averaged over positions. */
export interface TripletDifferences {
  /** `[batch, channels]` each. */
  readonly p0: readonly Tensor2D[];
  readonly p1: readonly Tensor2D[];
  /** `[batch]`. */
  readonly judge: Tensor1D;
}

/**
 * What the linear layers see of a batch of triplets; the caller disposes it.
 *
 * @param random drops half of the differences; absent: none
 */
export function measureTriplets<Layer extends string>(
  batch: readonly TwoAfcTriplet[],
  encoder: Encoder<Layer>,
  layers: readonly Layer[],
  random: Random | undefined,
): TripletDifferences {
  const judge = tensor1d(batch.flatMap(({ judge }) => (typeof judge === 'number' ? [judge] : Array.from(judge))));
  const [p0, p1] = tidy(() => {
    const features = (role: 'reference' | 'p0' | 'p1') =>
      encoder(concat(batch.map(triplet => toTensor(triplet[role]))), { layers });
    const reference = features('reference');
    return (['p0', 'p1'] as const).map(role => {
      const distorted = features(role);
      return layers.map(layer => pooled(unitDifference(distorted[layer], reference[layer]), random));
    });
  }) as [Tensor2D[], Tensor2D[]];
  return { p0, p1, judge };
}

/** Dropped and averaged over positions: the linear layers, which come after the one, may as well come after the other. */
function pooled(difference: Tensor4D, random: Random | undefined): Tensor2D {
  return mean(random === undefined ? difference : mul(difference, keepMask(difference.shape, random)), [1, 2]);
}

/** 0 or 2 at even odds: each random word decides over 32 values. */
function keepMask(shape: [number, number, number, number], random: Random): Tensor4D {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  let word = 0;
  for (let i = 0; i < values.length; i++) {
    word = i % 32 === 0 ? random.uint32() : word >>> 1;
    values[i] = 2 * (word & 1);
  }
  return tensor(values, shape);
}

function takeStep(differences: TripletDifferences, parameters: Parameters, optimizer: Optimizer): Scalar {
  const trainable = parameters.trainable();
  const p = parameters.scope();
  const { value, grads } = variableGrads(() => rankingLoss(differences, p), [...trainable.values()]);
  optimizer.step(trainable, Object.fromEntries([...trainable].map(([name, v]) => [name, grads[v.name]!])));
  dispose([grads, ...differences.p0, ...differences.p1, differences.judge]);
  keepPositive(parameters);
  return value;
}

/** Sets the weights of linear layers that are below 0 to 0, as has to be done after each step. */
export function keepPositive(parameters: Parameters): void {
  for (const [name, weights] of parameters.trainable()) {
    if (!name.startsWith('lin')) continue;
    const positive = relu(weights as Tensor);
    weights.assign(positive);
    positive.dispose();
  }
}

/** The mean cross entropy between what G says and what people say. */
export function rankingLoss({ p0, p1, judge }: TripletDifferences, p: Scope): Scalar {
  return tidy(() => {
    const distance = (parts: readonly Tensor2D[]): Tensor2D =>
      addN(parts.map((part, i) => matMul(part, p.get(`lin${i}.weight`) as Tensor2D)));
    const [d0, d1] = [distance(p0), distance(p1)];
    const inputs = concat([d0, d1, sub(d0, d1), div(d0, add(d1, 0.1)), div(d1, add(d0, 0.1))], 1) as Tensor2D;
    const layer = (x: Tensor2D, name: string): Tensor2D => {
      const { weight, bias } = p(name);
      return add(matMul(x, weight as Tensor2D), bias!);
    };
    const hidden = leakyRelu(layer(leakyRelu(layer(inputs, 'rank.0'), 0.2), 'rank.2'), 0.2);
    const logit = reshape(layer(hidden, 'rank.4'), [-1]);
    // max(z, 0) - z h + log(1 + exp(-|z|)): the cross entropy of a sigmoid, without overflow.
    return mean(add(sub(maximum(logit, 0), mul(logit, judge)), log1p(exp(neg(abs(logit)))))) as Scalar;
  });
}

/** What is trained: `lin0.weight` and so on, and G (`rank.0`, `rank.2`, `rank.4`). */
export function rankingParameters(channels: readonly number[]): Record<string, ParameterSpec> {
  const layer = (name: string, inputs: number, outputs: number): [string, ParameterSpec][] => [
    [`${name}.weight`, { shape: [inputs, outputs], layout: 'linear', init: torchDefault }],
    [`${name}.bias`, { shape: [outputs], layout: 'plain', init: torchDefault }],
  ];
  return Object.fromEntries([
    ...channels.map((count, i) => layer(`lin${i}`, count, 1)[0]!),
    ...layer('rank.0', 5, 32),
    ...layer('rank.2', 32, 32),
    ...layer('rank.4', 32, 1),
  ]);
}

function toTensor(images: Images): Tensor4D {
  if ('shape' in images) return images;
  return Array.isArray(images) ? concat(images.map(pictureToTensor)) : pictureToTensor(images as never);
}
