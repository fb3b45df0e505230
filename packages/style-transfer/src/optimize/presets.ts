/**
 * Published objectives and how they were minimised:
 *
 *   wc sum_l c_l content(F_l, P_l) + ws sum_l s_l distance(G_l, A_l) + wt TV(x)
 *
 * F the features of the picture, P those of the content, G and A the Gram matrices of the picture and of the style.
 *
 * | preset | network | content | style | start | minimised by |
 * |---|---|---|---|---|---|
 * | `gatys` | VGG-19, average pooling | relu4_2, half the sum of squares | relu1_1 to relu5_1, a fifth each, sum / (4 N^2 M^2) | noise | 500 iterations |
 * | `johnson-baseline` | VGG-16 | relu3_3, mean | relu1_2 to relu4_3, mean | noise | 500, in [0, 255] |
 * | `neural-style` | VGG-19 | relu4_2, mean | relu1_1 to relu5_1, mean | noise | 1000 |
 * | `pytorch-tutorial` | VGG-19 | conv2_2, mean | conv1_1 to conv3_1, mean | content | 300, in [0, 1] |
 * | `squeezenet` (ours) | SqueezeNet 1.1 | fire3, mean | relu1, fire2, fire4, fire6, mean | content | 3 sizes, 100 each |
 * | `alexnet` (ours) | AlexNet | relu3, as `gatys` | conv1, relu1 to relu4, as `gatys` | content | 3 sizes, 100 each |
 *
 * The published ones use L-BFGS without line search, and the first three see pictures as the authors of VGG do (`caffe`), the fourth as
 * torchvision does. Ours take Adam, from coarse to fine, and networks of 5 and 240 MB instead of 500.
 */
import type { GramNormalization } from 'gram-perceptual-metric';
import { SrError } from 'sr-tensor';

export type OptimizationPreset =
  | 'gatys'
  | 'johnson-baseline'
  | 'neural-style'
  | 'pytorch-tutorial'
  | 'squeezenet'
  | 'alexnet';

/** Weights of the terms; `smoothness` is that of the total variation of fast-neural-style. */
export interface TermWeights {
  readonly content: number;
  readonly style: number;
  readonly smoothness: number;
}

/** A published objective with its settings. */
export interface OptimizationForm {
  /** The network that it was published with, and what it was shown. */
  readonly network: {
    readonly name: 'vgg16' | 'vgg19' | 'squeezenet1_1' | 'alexnet';
    readonly pooling: 'max' | 'average';
    readonly preprocessing: 'caffe' | 'torchvision';
  };
  readonly contentLayers: Readonly<Record<string, number>>;
  readonly contentNorm: 'mean' | 'half-sum';
  readonly styleLayers: Readonly<Record<string, number>>;
  readonly normalization: GramNormalization;
  /** Of the squared differences of two matrices of N channels: their sum, sum / N^2, or sum / 4 (Gatys's with matrices / (N M)). */
  readonly reduction: 'sum' | 'mean' | 'gatys';
  readonly weights: TermWeights;
  readonly start: 'noise' | 'content';
  /** Of the noise around the mean colour, in 8-bit levels. */
  readonly deviation: number;
  /** At each size. */
  readonly iterations: number;
  /** Sizes, each twice the one before. */
  readonly levels: number;
  readonly optimizer: 'lbfgs' | 'adam';
  /** Default: the optimizer's. */
  readonly learningRate?: number;
  /** Whether every iterate is clipped to pictures. */
  readonly isProjected: boolean;
  /** What the optimizer sees as full intensity; L-BFGS's first step depends on it. */
  readonly units: 1 | 255;
}

const gatysLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];
const johnsonLayers = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'];
const tutorialLayers = ['conv1_1', 'conv1_2', 'conv2_1', 'conv2_2', 'conv3_1'];

/**
 * What our presets have in common. The first layers of these networks leave pixels out, and L-BFGS gets stuck in what that allows; large
 * shapes come from the coarse sizes.
 */
const ours = {
  start: 'content',
  deviation: 1,
  iterations: 100,
  levels: 3,
  optimizer: 'adam',
  learningRate: 5,
  isProjected: true,
  units: 255,
} as const;

const forms: Readonly<Record<OptimizationPreset, OptimizationForm>> = {
  // Gatys et al., CVPR 2016, equations 1 to 7 and section 3: content / style 1e-3 in figure 3, average pooling in section 2.
  gatys: {
    network: { name: 'vgg19', pooling: 'average', preprocessing: 'caffe' },
    contentLayers: { relu4_2: 1 },
    contentNorm: 'half-sum',
    styleLayers: each(gatysLayers, 1 / 5),
    normalization: 'johnson',
    reduction: 'gatys',
    weights: { content: 1, style: 1e3, smoothness: 0 },
    start: 'noise',
    deviation: 1,
    iterations: 500,
    levels: 1,
    optimizer: 'lbfgs',
    isProjected: false,
    units: 255,
  },
  // Johnson et al., ECCV 2016, section 4.1: 500 projected iterations. Its weights are not printed: those of the released
  // code, github.com/jcjohnson/fast-neural-style, slow_neural_style.lua.
  'johnson-baseline': {
    network: { name: 'vgg16', pooling: 'max', preprocessing: 'caffe' },
    contentLayers: { relu3_3: 1 },
    contentNorm: 'mean',
    styleLayers: each(johnsonLayers, 1),
    normalization: 'fast-neural-style',
    reduction: 'mean',
    weights: { content: 1, style: 5, smoothness: 1e-6 },
    start: 'noise',
    deviation: 1,
    iterations: 500,
    levels: 1,
    optimizer: 'lbfgs',
    isProjected: true,
    units: 255,
  },
  // github.com/jcjohnson/neural-style, neural_style.lua: its defaults.
  'neural-style': {
    network: { name: 'vgg19', pooling: 'max', preprocessing: 'caffe' },
    contentLayers: { relu4_2: 1 },
    contentNorm: 'mean',
    styleLayers: each(gatysLayers, 1),
    normalization: 'neural-style',
    reduction: 'mean',
    weights: { content: 5, style: 100, smoothness: 1e-3 },
    start: 'noise',
    deviation: 1e-3,
    iterations: 1000,
    levels: 1,
    optimizer: 'lbfgs',
    isProjected: false,
    units: 255,
  },
  // pytorch.org/tutorials/advanced/neural_style_tutorial.html. It clips the picture at each evaluation.
  'pytorch-tutorial': {
    network: { name: 'vgg19', pooling: 'max', preprocessing: 'torchvision' },
    contentLayers: { conv2_2: 1 },
    contentNorm: 'mean',
    styleLayers: each(tutorialLayers, 1),
    normalization: 'johnson',
    reduction: 'mean',
    weights: { content: 1, style: 1e6, smoothness: 0 },
    start: 'content',
    deviation: 1,
    iterations: 300,
    levels: 1,
    optimizer: 'lbfgs',
    isProjected: true,
    units: 1,
  },
  // As the recipe johnson-style in its form `small`, in which content counts eight times as much: a network has to learn it.
  squeezenet: {
    ...ours,
    network: { name: 'squeezenet1_1', pooling: 'max', preprocessing: 'torchvision' },
    contentLayers: { fire3: 1 },
    contentNorm: 'mean',
    // Differences of the matrices of photos and paintings grow by hundreds from layer to layer: about the inverse.
    styleLayers: { relu1: 1e7, fire2: 3e5, fire4: 1e3, fire6: 20 },
    normalization: 'fast-neural-style',
    reduction: 'mean',
    weights: { content: 1, style: 1, smoothness: 3e-7 },
  },
  // Chosen by looking at results. AlexNet sees pictures in units of their deviation, and its features are a hundred times smaller than
  // those of Caffe's VGG; Gram matrices go with their square.
  alexnet: {
    ...ours,
    network: { name: 'alexnet', pooling: 'max', preprocessing: 'torchvision' },
    contentLayers: { relu3: 1 },
    contentNorm: 'half-sum',
    styleLayers: each(['conv1', 'relu1', 'relu2', 'relu3', 'relu4'], 1),
    normalization: 'johnson',
    reduction: 'gatys',
    weights: { content: 1, style: 5e6, smoothness: 0.1 },
  },
};

/** The published objectives by name. */
export const optimizationPresets: readonly OptimizationPreset[] = Object.keys(forms) as OptimizationPreset[];

/** @throws `style/preset` */
export function optimizationForm(preset: OptimizationPreset): OptimizationForm {
  if (Object.hasOwn(forms, preset)) return forms[preset];
  throw new SrError({
    code: 'style/preset',
    message: `expected a preset of ${optimizationPresets.join(', ')}, received "${preset}".`,
  });
}

function each(layers: readonly string[], weight: number): Record<string, number> {
  return Object.fromEntries(layers.map(layer => [layer, weight]));
}
