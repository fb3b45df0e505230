// What the examples of the documentation take for granted: a function for each name.
import {
  matMul,
  mean,
  ones,
  randomUniform,
  type Scalar,
  scalar,
  slice,
  square,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor3d,
  type Variable,
  variable,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { BatchSource } from 'sr-data';
import { folderSource } from 'sr-data/node';
import { l1 } from 'sr-losses';
import { lpips, type Opinions, planOpinions, psnr } from 'sr-metrics';
import { compact, loadUpscaler, type Upscaler } from 'sr-models';
import {
  type ApplyContext,
  type Encoder,
  type Network,
  Parameters,
  type Picture,
  Random,
  type Scope,
  scopeOver,
} from 'sr-tensor';
import { adam } from 'sr-tensor/optimizers';
import { tinyEncoder } from 'sr-tensor/testing';
import { type ModelCard, writeSafetensors } from 'sr-tensor/weights';
import type { HandlerContext } from 'sr-tensor/worker';
import { recipes, Trainer } from 'sr-train';
import { type TrainingRun, train } from 'sr-train/node';
import { type Style, styleNetwork } from 'style-transfer';

const noise = (...shape: number[]): Tensor4D =>
  randomUniform(shape as [number], 0, 1, 'float32', 1) as Tensor as Tensor4D;
const draw = (width: number, height: number): Picture => ({
  data: Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => 128 + 60 * Math.sin(i / 97) + 60 * Math.cos(i / 1013),
  ),
  width,
  height,
  channels: 3,
});
const network = (): Network => compact({ channels: 4, depth: 1 });
const model = (): { network: Network; parameters: Parameters } => ({
  network: network(),
  parameters: Parameters.create(network().parameters, { seed: 1 }),
});
const card: ModelCard = {
  name: 'small',
  description: 'A network that has not been trained.',
  license: 'MIT',
  network: { name: 'compact', config: { channels: 4, depth: 1 } },
  scale: 4,
  parameters: 1000,
  trainingData: 'none',
  training: {},
  results: {},
};

const fixtures = {
  // Pictures and tensors.
  photo: (): Picture => draw(480, 360),
  picture: (): Picture => draw(64, 48),
  scan: (): Picture => ({ ...draw(8, 8), data: new Uint16Array(192), channels: 3 }),
  logo: (): Picture => ({ data: new Uint8Array(64), width: 4, height: 4, channels: 4 }),
  enlarged: (): Picture => draw(128, 96),
  painting: (): Picture => draw(96, 64),
  gravel: (): Picture => draw(64, 64),
  stylized: (): Picture => draw(480, 360),
  show: () => (_picture: Picture, _loss?: number) => {},
  result: (): Picture => draw(176, 176),
  reference: (): Picture => draw(176, 176),
  pairs: () => [{ name: 'one', result: draw(176, 176), reference: draw(176, 176) }],
  tiles: (): Picture[] => [draw(16, 16)],
  images: (): Tensor4D => noise(1, 48, 64, 3),
  image: (): Variable => variable(noise(1, 8, 8, 3)),
  x: (): Tensor4D => noise(1, 8, 12, 4),
  features: (): Tensor4D => noise(1, 49, 49, 4),
  prediction: (): Tensor4D => noise(1, 32, 32, 3),
  target: (): Tensor4D => noise(1, 32, 32, 3),
  input: (): Tensor4D => noise(1, 8, 8, 3),
  fake: (): Tensor4D => noise(1, 32, 32, 3),
  real: (): Tensor4D => noise(1, 32, 32, 3),
  masks: (): Tensor4D => noise(1, 32, 32, 2),
  fakeLogits: (): Tensor => randomUniform([2, 1], -1, 1, 'float32', 1),
  realLogits: (): Tensor => randomUniform([2, 1], -1, 1, 'float32', 2),
  random: (): Random => new Random(1),
  signal: (): AbortSignal => new AbortController().signal,

  // Networks.
  network,
  parameters: (): Parameters => model().parameters,
  model,
  p: (): Scope => scopeOver(name => (name.endsWith('weight') ? layer(name) : undefined), ''),
  norm: () => ({ weight: ones([4]), bias: zeros([4]), runningMean: zeros([4]), runningVariance: ones([4]) }),
  context: (): ApplyContext => ({ mode: 'training', update: () => {} }),
  kernel: (): Tensor4D => noise(5, 5, 3, 1),
  card: (): ModelCard => card,
  upscaler: (): Promise<Upscaler> => loadUpscaler(model()),
  bytes: async (): Promise<Uint8Array> => writeSafetensors(await model().parameters.toWeights(), { card }),
  url: async (): Promise<URL> => new URL(`data:;base64,${Buffer.from(await fixtures.bytes()).toString('base64')}`),
  style: (): Style => {
    const network = styleNetwork({ preset: 'small' });
    const parameters = Parameters.create(network.parameters, { seed: 1 });
    const dispose = (): void => parameters.dispose();
    return { network, parameters, card: undefined, dispose, [Symbol.dispose]: dispose };
  },
  retryOnServer: () => (_photo: Picture) => {},

  // Networks inside losses and metrics.
  encoder: (): Encoder => tinyEncoder() as Encoder,
  extractor: (): Encoder => tinyEncoder() as Encoder,
  discriminatorTaps: (): Encoder => tinyEncoder() as Encoder,
  discriminator: () => critic,
  critic: () => critic,
  update: () => (_name: string, _value: Tensor) => {},
  predict: () => (context: Tensor2D) => slice(context, [0, 0], [-1, 4]) as Tensor2D,
  classify: () => (pieces: Tensor2D) => matMul(pieces, ones([16, 24])) as Tensor2D,
  firstTenBatches: () => [[noise(1, 32, 32, 3), zeros([1, 32, 32, 3])]] as [Tensor4D, Tensor4D][],
  save: () => (_scales: object) => {},
  predicted: () => randomUniform([1, 2, 4], -1, 1, 'float32', 1) as Tensor3D,
  candidates: () => randomUniform([1, 3, 4], -1, 1, 'float32', 2) as Tensor3D,
  positives: () =>
    tensor3d([
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    ]),
  negatives: () =>
    tensor3d([
      [
        [0, 1, 1],
        [1, 0, 1],
      ],
    ]),
  outputs: () => ({ image: noise(1, 32, 32, 3), gradient: noise(1, 32, 32, 3) }),
  batch: () => ({ target: noise(1, 32, 32, 3) }),
  lossOfEarlyFeatures: () => scalar(1),
  lossOfLateFeatures: () => scalar(2),

  // Opinions.
  opinions: () => opinions,
  values: () => opinions.answers.map(({ picture, version, value }) => ({ picture, version, value: 20 + value })),
  paths: (): string[] => [],
  pictures: (): string[] => Array.from({ length: 20 }, (_, i) => `${i}.png`),
  plan: () =>
    planOpinions({ mode: 'rating', pictures: ['a.png'], versions: ['ours', 'hr'], raters: 2, picturesPerRater: 1 }),
  addresses: (): Record<string, Record<string, string>> => ({
    ours: { 'a.png': 'data:,a' },
    hr: { 'a.png': 'data:,b' },
  }),
  scores: (): number[] => [1, 2, 3, 5, 4],
  perceptual: () => lpips({ encoder: tinyEncoder() as Encoder, linear: 'none' }),
  photos: () => () => [draw(480, 480)],
  scoresFromMatlab: () => async (_pictures: unknown) => Float64Array.of(5),

  // Losses, metrics, training.
  distance: () => (y: Tensor) => mean(square(y)) as Scalar,
  myMetric: () => psnr,
  meanDifference: () => async (_result: unknown, _reference: unknown) => 0,
  optimizer: () => adam({ learningRate: 1e-4 }),
  gradients: () =>
    Object.fromEntries(
      model()
        .parameters.names()
        .map(name => [name, zerosLike(model().parameters.get(name))]),
    ),
  step: () => 10,
  trainer: (): Trainer => new Trainer({ network: network(), loss: l1(), optimizer: adam({ learningRate: 1e-4 }) }),
  source: (): Promise<BatchSource> => folderSource({ data: 'photos', scale: 4, seed: 1 }),
  run: (): TrainingRun => train({ ...recipes.compact(), steps: 2 }, { data: 'photos', out: 'runs/short' }),

  // Pages.
  fileInput: (): HTMLInputElement => document.querySelector('input')!,
  img: (): HTMLImageElement => document.querySelector('img')!,
  figure: (): HTMLElement => document.querySelector('figure')!,
};

/** What `enlarge-worker.js` serves. */
export type EnlargeWorker = { enlarge(picture: Picture, context: HandlerContext): Promise<Picture> };

/** A judge of pictures: one logit each. */
function critic(images: Tensor4D): Tensor {
  return mean(images, [1, 2, 3]);
}

const opinions: Opinions = {
  mode: 'rating',
  study: 'example',
  answers: ['a', 'b', 'c'].flatMap((rater, i) =>
    ['one.png', 'two.png'].flatMap((picture, j) => [
      { rater, picture, version: 'nearest', value: 1 + j },
      { rater, picture, version: 'ours', value: 3 + ((i + j) % 2) },
    ]),
  ),
};

/** Weights by what the examples call their layers. */
function layer(name: string): Tensor {
  if (name.startsWith('in')) return ones([4]);
  return name.startsWith('up') ? noise(3, 3, 8, 4) : noise(3, 3, 4, 48);
}

export default fixtures;
