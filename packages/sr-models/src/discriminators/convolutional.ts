/** Discriminators that are one chain of convolutions, and perhaps two dense layers: tables, and what runs them. */
import {
  add,
  matMul,
  mean,
  mul,
  reshape,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  type ApplyContext,
  batchNormLayer,
  batchNormSpecs,
  conv2d,
  type FeatureGeometry,
  type Initializer,
  leakyRelu,
  type ParameterSpec,
  pooledSize,
  type Scope,
  SrError,
} from 'sr-tensor';
import { checkInput, checkTaps, slideGeometry } from '../tapped-network.js';
import type { Discriminator } from './discriminator.js';
import { spectralLayer, spectralParameters } from './spectral-norm.js';

/** A convolution, its normalisation if it has one, and a leaky ReLU unless it is the last layer. */
export interface Stage {
  /** The name of the convolution, and of its tap. */
  readonly conv: string;
  readonly out: number;
  /** Its side; the padding is (kernel - 1) / 2, rounded down. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** The name of a batch norm, and of its tap; default none. */
  readonly norm?: string;
  /** Default false. */
  readonly spectral?: boolean;
  /** Default true. */
  readonly activation?: boolean;
}

/** What turns the last maps into one logit: two dense layers with a leaky ReLU between. */
export interface Head {
  readonly hidden: string;
  readonly width: number;
  readonly out: string;
  /** The side of the images if the maps are flattened; undefined if their mean is taken (the layers are then 1x1 convolutions). */
  readonly size?: number;
}

/** How the parameters start. */
export interface Start {
  readonly weight: Initializer;
  readonly bias: Initializer;
  /** The factors of batch norms; default 1. */
  readonly norm?: Initializer;
}

export interface Table extends Pick<Discriminator, 'name' | 'config' | 'channels'> {
  readonly stages: readonly Stage[];
  readonly head?: Head;
  readonly start: Start;
  /** What is done to the input: scale (x - mean). */
  readonly input?: { readonly mean: readonly number[]; readonly scale: number };
}

/** The slope of all leaky ReLUs: 0.2 in every published discriminator here (Radford et al. 2016, section 3). */
export const slope = 0.2;

/** The discriminator that a table describes. */
export function convolutional({ name, config, channels, stages, head, start, input }: Table): Discriminator {
  const parameters: Record<string, ParameterSpec> = {};
  const taps: Record<string, FeatureGeometry> = {};
  let at: Required<FeatureGeometry> = { channels, stride: 1, receptiveField: 1, start: 0 };
  for (const stage of stages) {
    Object.assign(parameters, convParameters(stage, at.channels, start));
    at = slideGeometry(at, { ...windowOf(stage), kernel: stage.kernel, channels: stage.out });
    taps[stage.conv] = at;
    if (stage.norm === undefined) continue;
    Object.assign(
      parameters,
      batchNormSpecs(stage.norm, stage.out, start.norm === undefined ? {} : { init: start.norm }),
    );
    taps[stage.norm] = at;
  }
  const side = head?.size === undefined ? undefined : sizeAfter(stages, head.size);
  if (head !== undefined) Object.assign(parameters, headParameters(head, at.channels, side, start));

  /** Runs the stages, until the last of the wanted taps if there are some. */
  const run = (
    x: Tensor4D,
    p: Scope,
    context: ApplyContext,
    wanted?: readonly string[],
  ): { maps: Tensor4D; found: Record<string, Tensor4D> } => {
    checkInput({ name, channels }, x);
    if (wanted === undefined) checkSize(x.shape, { name, stages, head, side });
    const found: Record<string, Tensor4D> = {};
    const isDone = (): boolean => wanted?.every(tap => tap in found) ?? false;
    let maps = input === undefined ? x : (mul(sub(x, tensor1d([...input.mean])), input.scale) as Tensor4D);
    for (const stage of stages) {
      if (isDone()) break;
      maps = runStage(stage, maps, { p, context, wanted: wanted ?? [], found });
    }
    return { maps, found };
  };

  return {
    name,
    config,
    channels,
    parameters,
    taps,
    layers: stages.map(stage => stage.conv),
    features(x, p, context, layers) {
      checkTaps({ name, taps }, layers);
      return run(x, p, context, layers).found;
    },
    apply(x, p, context) {
      const { maps } = run(x, p, context);
      return head === undefined ? maps : runHead(head, maps, p);
    },
  };
}

function runStage(
  { conv, norm, spectral, stride = 1, kernel, activation = true }: Stage,
  x: Tensor4D,
  {
    p,
    context,
    wanted,
    found,
  }: { p: Scope; context: ApplyContext; wanted: readonly string[]; found: Record<string, Tensor4D> },
): Tensor4D {
  const layer = spectral ? spectralLayer(p, conv, context) : p(conv);
  const padding = paddingOf(kernel);
  // The activation is computed with the convolution where nothing stands between them.
  const fused = activation && norm === undefined && !wanted.includes(conv);
  let y = conv2d(x, layer, { stride, padding, ...(fused && { activation: 'leaky-relu', slope }) });
  if (wanted.includes(conv)) found[conv] = y;
  if (norm !== undefined) {
    y = batchNormLayer(y, p, norm, context);
    if (wanted.includes(norm)) found[norm] = y;
  }
  return fused || !activation ? y : leakyRelu(y, { slope });
}

function runHead({ hidden, out, size }: Head, maps: Tensor4D, p: Scope): Tensor2D {
  const [batch] = maps.shape;
  // Flattened in PyTorch's order, channels first.
  const units = size === undefined ? mean(maps, [1, 2]) : reshape(transpose(maps, [0, 3, 1, 2]), [batch, -1]);
  return dense(leakyRelu(dense(units as Tensor2D, p, hidden), { slope }), p, out);
}

/** A dense layer, which a 1x1 convolution of one pixel is as well. */
function dense(x: Tensor2D, p: Scope, layer: string): Tensor2D {
  const { weight, bias } = p(layer);
  const matrix = reshape(weight, [x.shape[1], -1]) as Tensor2D;
  return add(matMul(x, matrix), bias as Tensor1D);
}

function convParameters(
  { conv, out, kernel, bias = true, spectral = false }: Stage,
  from: number,
  start: Start,
): Record<string, ParameterSpec> {
  const shape = [kernel, kernel, from, out] as const;
  return {
    ...(spectral
      ? spectralParameters(conv, { shape, init: start.weight })
      : { [`${conv}.weight`]: { shape, layout: 'conv', init: start.weight } }),
    ...(bias ? { [`${conv}.bias`]: { shape: [out], layout: 'plain', init: start.bias } } : {}),
  };
}

function headParameters(
  { hidden, width, out }: Head,
  channels: number,
  side: number | undefined,
  { weight, bias }: Start,
): Record<string, ParameterSpec> {
  const layer = (name: string, from: number, to: number): Record<string, ParameterSpec> => ({
    [`${name}.weight`]:
      side === undefined
        ? { shape: [1, 1, from, to], layout: 'conv', init: weight }
        : { shape: [from, to], layout: 'linear', init: weight },
    [`${name}.bias`]: { shape: [to], layout: 'plain', init: bias },
  });
  return { ...layer(hidden, channels * (side ?? 1) ** 2, width), ...layer(out, width, 1) };
}

function checkSize(
  [, height, width]: readonly number[],
  { name, stages, head, side }: Pick<Table, 'name' | 'stages'> & { head: Head | undefined; side: number | undefined },
): void {
  const after = [height!, width!].map(n => sizeAfter(stages, n));
  if (side === undefined ? after.every(n => n >= 1) : after.every(n => n === side)) return;
  const expected = side === undefined ? 'larger images' : `images of ${head!.size} x ${head!.size} pixels`;
  throw new SrError({
    code: 'tensor/shape',
    message: `${name}: expected ${expected}, received ${height} x ${width}, of which ${after.join(' x ')} units are left.`,
  });
}

/** How many units are left of so many pixels. */
function sizeAfter(stages: readonly Stage[], size: number): number {
  return stages.reduce((n, stage) => {
    const { stride, padding } = windowOf(stage);
    return n < 1 ? 0 : pooledSize(n, { window: stage.kernel, stride, padding });
  }, size);
}

function windowOf({ kernel, stride = 1 }: Stage): { stride: number; padding: number } {
  return { stride, padding: paddingOf(kernel) };
}

function paddingOf(kernel: number): number {
  return Math.floor((kernel - 1) / 2);
}
