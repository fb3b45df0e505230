/**
 * One small case for each form of every operation: its inputs, what it computes, and how its gradients are checked.
 *
 * The tests in Node and the page that runs in browsers take them from here; tools/oracles/ops.py computes the same cases
 * in PyTorch, by name. Inputs are drawn from `Random`, which both sides have.
 */
import { concat, reshape, type Tensor, type Tensor1D, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { leakyRelu, prelu, relu } from '../ops/activations.js';
import { batchNorm } from '../ops/batch-norm.js';
import { type Conv2dOptions, conv2d } from '../ops/conv2d.js';
import { conv2dTranspose } from '../ops/conv2d-transpose.js';
import { denseFeatures } from '../ops/dense-features.js';
import { gaussianBlur } from '../ops/gaussian-blur.js';
import { gradientMap, imageGradients } from '../ops/image-gradients.js';
import { instanceNorm } from '../ops/instance-norm.js';
import { pad } from '../ops/padding.js';
import { pixelShuffle, pixelUnshuffle, toTensorflowOrder } from '../ops/pixel-shuffle.js';
import { type ResizeOptions, resize } from '../ops/resize.js';
import type { Random } from '../random.js';
import type { GradientCheckOptions } from './check-gradients.js';

/** Numbers drawn evenly from [low, high), or from the middles of `levels` equal parts of it. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly levels?: number;
}

export interface OpCase {
  readonly name: string;
  /** In the order in which they are drawn. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly run: (inputs: Record<string, Tensor>) => Tensor;
  readonly gradient: GradientCheckOptions;
  /** Whether tools/oracles/ops.py has it; MATLAB's presets have no oracle here and are tested by published numbers. */
  readonly golden: boolean;
}

/** The seed of every case. */
export const caseSeed = 1;

/** The inputs of a case on the current backend. */
export function drawInputs(inputs: OpCase['inputs'], random: Random): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, drawTensor(spec, random)]));
}

export function drawTensor({ shape, low, high, levels }: InputSpec, random: Random): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const draw = (): number =>
    levels === undefined
      ? random.uniform(low, high)
      : low + ((high - low) * (Math.floor(random.uniform() * levels) + 0.5)) / levels;
  return tensor(Float32Array.from({ length: size }, draw), [...shape]);
}

/**
 * Linear operations, and those that are linear in each input for itself: differences have no truncation error, so steps
 * are wide. What remains is the rounding of sums in float32.
 */
const linear: GradientCheckOptions = { step: 0.5, tolerance: 2e-5, order: 2 };
/** Piecewise linear ones: the step must not cross a kink, which lies 1/16 from every input. */
const pieces: GradientCheckOptions = { step: 0.05, tolerance: 2e-4, order: 2 };
/** Smooth ones: truncation (about the square of the step) and rounding (1e-7 / step) are both below 1e-3. */
const smooth: GradientCheckOptions = { step: 1e-2, tolerance: 1e-3, order: 2 };

const image = (...shape: number[]): InputSpec => ({ shape, low: -1, high: 1 });
const faint = (...shape: number[]): InputSpec => ({ shape, low: -0.1, high: 0.1 });
/** 8 or -8. */
const strong = (...shape: number[]): InputSpec => ({ shape, low: -16, high: 16, levels: 2 });
const awayFromZero = (...shape: number[]): InputSpec => ({ shape, low: -1, high: 1, levels: 16 });

function imageCase(
  name: string,
  shape: [number, number, number, number],
  run: (x: Tensor4D) => Tensor,
  { gradient = linear, golden = true, input = image(...shape) }: Partial<OpCase> & { input?: InputSpec } = {},
): OpCase {
  return { name, inputs: { x: input }, run: ({ x }) => run(x as Tensor4D), gradient, golden };
}

function resizeCase(
  name: string,
  shape: [number, number, number, number],
  options: ResizeOptions,
  golden = true,
): OpCase {
  return imageCase(`resize ${name}`, shape, x => resize(x, options), { golden });
}

const margins = { top: 1, bottom: 2, left: 0, right: 3 };
const channels = (low: number, high: number): InputSpec => ({ shape: [3], low, high });

export const opCases: readonly OpCase[] = [
  imageCase('pad zero', [2, 3, 4, 2], x => pad(x, margins)),
  imageCase('pad reflect 2', [2, 4, 5, 2], x => pad(x, 2, { mode: 'reflect' })),
  imageCase('pad reflect margins', [1, 3, 4, 2], x => pad(x, margins, { mode: 'reflect' })),
  imageCase('pad replicate 1', [2, 3, 4, 2], x => pad(x, 1, { mode: 'replicate' })),
  imageCase('pad replicate margins', [1, 3, 4, 2], x => pad(x, margins, { mode: 'replicate' })),

  imageCase('pixelShuffle 2', [2, 2, 3, 8], x => pixelShuffle(x, 2)),
  imageCase('pixelShuffle 3', [1, 2, 2, 18], x => pixelShuffle(x, 3)),
  imageCase('pixelUnshuffle 2', [2, 4, 6, 2], x => pixelUnshuffle(x, 2)),
  imageCase('pixelUnshuffle 3 tensorflow order', [1, 3, 6, 2], x => pixelUnshuffle(x, 3, { order: 'tensorflow' })),
  {
    name: 'toTensorflowOrder',
    inputs: { x: image(1, 3, 3, 2), weight: image(1, 1, 2, 8), bias: image(8) },
    run: ({ x, weight, bias }) => {
      const y = conv2d(x as Tensor4D, toTensorflowOrder({ weight: weight!, bias }, 2));
      return pixelShuffle(y, 2, { order: 'tensorflow' });
    },
    gradient: linear,
    golden: true,
  },

  imageCase('relu', [1, 3, 4, 2], relu, { gradient: pieces, input: awayFromZero(1, 3, 4, 2) }),
  imageCase('leakyRelu', [1, 3, 4, 2], x => leakyRelu(x), { gradient: pieces, input: awayFromZero(1, 3, 4, 2) }),
  imageCase('leakyRelu 0.2', [1, 3, 4, 2], x => leakyRelu(x, { slope: 0.2 }), {
    gradient: pieces,
    input: awayFromZero(1, 3, 4, 2),
  }),
  {
    name: 'prelu shared',
    inputs: { x: awayFromZero(1, 3, 4, 3), slope: { shape: [1], low: 0.1, high: 0.5 } },
    run: ({ x, slope }) => prelu(x!, slope as Tensor1D),
    gradient: pieces,
    golden: true,
  },
  {
    name: 'prelu by channel',
    inputs: { x: awayFromZero(1, 3, 4, 3), slope: channels(-0.5, 0.5) },
    run: ({ x, slope }) => prelu(x!, slope as Tensor1D),
    gradient: pieces,
    golden: true,
  },

  resizeCase('torch nearest x2', [2, 3, 4, 2], { scale: 2, preset: 'torch', kernel: 'nearest' }),
  resizeCase('torch nearest to 7x3', [1, 5, 4, 2], { height: 7, width: 3, preset: 'torch', kernel: 'nearest' }),
  resizeCase('torch linear x4', [2, 3, 4, 2], { scale: 4, preset: 'torch', kernel: 'linear' }),
  resizeCase('torch linear to 3x9', [1, 5, 6, 2], { height: 3, width: 9, preset: 'torch', kernel: 'linear' }),
  resizeCase('torch linear antialiased to 3x4', [1, 8, 7, 2], {
    height: 3,
    width: 4,
    preset: 'torch',
    kernel: 'linear',
    antialias: true,
  }),
  resizeCase('torch cubic x4', [1, 4, 5, 2], { scale: 4, preset: 'torch' }),
  resizeCase('torch cubic scale 1.7', [1, 5, 4, 2], { scale: 1.7, preset: 'torch' }),
  resizeCase('torch cubic to 3x4', [1, 7, 8, 2], { height: 3, width: 4, preset: 'torch' }),
  resizeCase('torch cubic antialiased to 3x4', [1, 9, 10, 2], {
    height: 3,
    width: 4,
    preset: 'torch',
    antialias: true,
  }),
  resizeCase('torch lanczos antialiased to 3x9', [1, 8, 7, 2], {
    height: 3,
    width: 9,
    preset: 'torch',
    kernel: 'lanczos',
    antialias: true,
  }),
  resizeCase('pil nearest to 2x7', [1, 5, 4, 2], { height: 2, width: 7, preset: 'pil', kernel: 'nearest' }),
  resizeCase('pil linear x2', [1, 3, 4, 2], { scale: 2, preset: 'pil', kernel: 'linear' }),
  resizeCase('pil linear to 3x4', [1, 8, 7, 2], { height: 3, width: 4, preset: 'pil', kernel: 'linear' }),
  resizeCase('pil cubic x4', [1, 4, 5, 2], { scale: 4, preset: 'pil' }),
  resizeCase('pil cubic to 3x4', [1, 9, 10, 2], { height: 3, width: 4, preset: 'pil' }),
  resizeCase('pil lanczos to 3x9', [1, 8, 7, 2], { height: 3, width: 9, preset: 'pil', kernel: 'lanczos' }),
  resizeCase('matlab cubic x4', [1, 4, 5, 2], { scale: 4 }, false),
  resizeCase('matlab cubic 1/4', [1, 9, 12, 2], { scale: 0.25 }, false),
  resizeCase(
    'matlab linear 0.6 without antialiasing',
    [1, 7, 8, 2],
    { scale: 0.6, kernel: 'linear', antialias: false },
    false,
  ),
  // More rows than a block takes.
  resizeCase('pil cubic in blocks', [1, 300, 2, 1], { height: 150, width: 3, preset: 'pil' }),

  imageCase('gaussianBlur replicate', [1, 5, 6, 2], x => gaussianBlur(x, { sigma: 1 })),
  imageCase('gaussianBlur symmetric', [1, 5, 6, 2], x => gaussianBlur(x, { sigma: 1, paddingMode: 'symmetric' })),
  imageCase('gaussianBlur reflect', [1, 5, 6, 2], x =>
    gaussianBlur(x, { sigma: 0.8, size: 5, paddingMode: 'reflect' }),
  ),
  imageCase('gaussianBlur zero', [1, 5, 6, 2], x => gaussianBlur(x, { sigma: 1.5, size: 11, paddingMode: 'zero' })),

  imageCase('imageGradients', [1, 4, 5, 2], x => {
    const { x: horizontal, y: vertical } = imageGradients(x);
    return concat([horizontal, vertical], 3);
  }),
  // Values up to 8: the root is far from its sharp bend at 0, as a difference of width 0.02 needs.
  ...([1, 2] as const).map(padding =>
    imageCase(`gradientMap padding ${padding}`, [1, 4, 5, 2], x => gradientMap(x, { padding }), {
      gradient: smooth,
      input: { shape: [1, 4, 5, 2], low: 0, high: 8 },
    }),
  ),
  imageCase('gradientMap replicate', [1, 4, 5, 2], x => gradientMap(x, { paddingMode: 'replicate' }), {
    gradient: smooth,
    input: { shape: [1, 4, 5, 2], low: 0, high: 8 },
  }),

  {
    name: 'batchNorm training',
    inputs: {
      x: image(2, 3, 4, 3),
      weight: channels(0.5, 1.5),
      bias: image(3),
      runningMean: image(3),
      runningVariance: channels(0.5, 2),
    },
    run: inputs => {
      const { output, running } = batchNorm(inputs.x as Tensor4D, normParameters(inputs), { mode: 'training' });
      // The running statistics as one more pixel, so that they are compared as well.
      return concat([flat(output), running!.mean, running!.variance]);
    },
    gradient: smooth,
    golden: true,
  },
  {
    name: 'batchNorm inference',
    inputs: {
      x: image(2, 3, 4, 3),
      weight: channels(0.5, 1.5),
      bias: image(3),
      runningMean: image(3),
      runningVariance: channels(0.5, 2),
    },
    run: inputs => batchNorm(inputs.x as Tensor4D, normParameters(inputs), { mode: 'inference' }).output,
    gradient: smooth,
    golden: true,
  },
  imageCase('instanceNorm', [2, 3, 4, 3], x => instanceNorm(x), { gradient: smooth }),
  {
    name: 'instanceNorm affine',
    inputs: { x: image(2, 3, 4, 3), weight: channels(0.5, 1.5), bias: image(3) },
    run: ({ x, weight, bias }) => instanceNorm(x as Tensor4D, { weight, bias }),
    gradient: smooth,
    golden: true,
  },

  {
    name: 'conv2d 3x3 reflect stride 2',
    inputs: { x: image(2, 5, 6, 2), weight: image(3, 3, 2, 3), bias: image(3) },
    run: ({ x, weight, bias }) =>
      conv2d(x as Tensor4D, { weight: weight!, bias }, { stride: 2, paddingMode: 'reflect' }),
    gradient: linear,
    golden: true,
  },
  {
    name: 'conv2d 3x3',
    inputs: { x: image(2, 4, 5, 2), weight: image(3, 3, 2, 3), bias: image(3) },
    run: ({ x, weight, bias }) => conv2d(x as Tensor4D, { weight: weight!, bias }),
    gradient: linear,
    golden: true,
  },
  // Biases of +-8 keep the sums of weaker products away from the kink.
  {
    name: 'denseFeatures',
    inputs: {
      x: image(2, 4, 5, 2),
      weight0: faint(3, 3, 2, 3),
      bias0: strong(3),
      weight1: faint(3, 3, 5, 2),
      bias1: strong(2),
      weight2: faint(3, 3, 7, 1),
      bias2: strong(1),
    },
    run: ({ x, weight0, bias0, weight1, bias1, weight2, bias2 }) =>
      denseFeatures(x as Tensor4D, [
        { weight: weight0!, bias: bias0! },
        { weight: weight1!, bias: bias1! },
        { weight: weight2!, bias: bias2! },
      ]),
    gradient: smooth,
    golden: true,
  },
  {
    name: 'conv2dTranspose 3x3 stride 2',
    inputs: { x: image(2, 3, 4, 2), weight: image(3, 3, 3, 2), bias: image(3) },
    run: ({ x, weight, bias }) =>
      conv2dTranspose(x as Tensor4D, { weight: weight!, bias }, { stride: 2, padding: 1, outputPadding: 1 }),
    gradient: linear,
    golden: true,
  },
  // Biases of +-8 keep the sums of 18 products away from the kink.
  ...(
    [
      ['relu', { activation: 'relu' }],
      ['leaky-relu 0.2 stride 2', { activation: 'leaky-relu', slope: 0.2, stride: 2 }],
      ['relu valid', { activation: 'relu', padding: 'valid' }],
    ] as [string, Conv2dOptions][]
  ).map(
    ([name, options]): OpCase => ({
      name: `conv2d 3x3 ${name}`,
      inputs: {
        x: image(2, 5, 6, 2),
        weight: image(3, 3, 2, 3),
        bias: strong(3),
      },
      run: ({ x, weight, bias }) => conv2d(x as Tensor4D, { weight: weight!, bias }, options),
      gradient: pieces,
      // tools/oracles/conv.py has these.
      golden: false,
    }),
  ),
];

function normParameters({ weight, bias, runningMean, runningVariance }: Record<string, Tensor>): {
  weight: Tensor;
  bias: Tensor;
  runningMean: Tensor;
  runningVariance: Tensor;
} {
  return { weight: weight!, bias: bias!, runningMean: runningMean!, runningVariance: runningVariance! };
}

function flat(x: Tensor): Tensor1D {
  return reshape(x, [x.size]);
}
