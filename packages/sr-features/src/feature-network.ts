/**
 * Feature networks as tables: a list of layers, some of them with the name of a tap, from which the parameters, the
 * geometry of every tap and the computation follow.
 */
import {
  batchNormSpecs,
  type FeatureGeometry,
  type ParameterSpec,
  type ParameterSpecs,
  type Pool2dOptions,
  pooledSize,
  SrError,
  torchDefault,
} from 'sr-tensor';
import type { Preprocessing } from './preprocessing.js';

/** A layer with the name under which its output can be asked for, if it can. */
export type Layer = { readonly tap?: string } & (Conv | Norm | Relu | Pool | ResponseNorm | Parallel);

/** A convolution; `parameters` is its name in the reference PyTorch checkpoint. */
export interface Conv {
  readonly type: 'conv';
  readonly parameters: string;
  /** Its name in Caffe's model, where files with those names exist. */
  readonly caffe?: string;
  readonly out: number;
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on every side. Default 0. */
  readonly padding?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** Batch normalisation with the statistics of the training. */
export interface Norm {
  readonly type: 'norm';
  readonly parameters: string;
  /** PyTorch's 1e-5 unless stated. */
  readonly epsilon?: number;
}

export interface Relu {
  readonly type: 'relu';
}

export interface Pool extends Pool2dOptions {
  readonly type: 'pool';
  readonly kind: Pooling;
}

/**
 * `max`, `average`, or `l2`: the root of the blurred squares (Henaff and Simoncelli 2016; DISTS, Ding et al. 2020, eq. 5),
 * whose window is 3 pixels, its stride 2, its padding 1.
 */
export type Pooling = 'max' | 'average' | 'l2';

/** Local response normalisation across channels: x / (1 + alpha / size * sum of squares of neighbours)^beta. */
export interface ResponseNorm {
  readonly type: 'response-norm';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
}

/** Branches that begin at the same maps; an empty one hands them on. */
export interface Parallel {
  readonly type: 'parallel';
  readonly join: 'concat' | 'add';
  readonly branches: readonly (readonly Layer[])[];
}

/** What follows the layers of a classifier. */
export type HeadLayer = Conv | Relu | Linear | { readonly type: 'global-average' } | { readonly type: 'flatten' };

export interface Linear {
  readonly type: 'linear';
  readonly parameters: string;
  readonly out: number;
}

/** A published network. */
export interface FeatureNetwork {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly head: readonly HeadLayer[];
  /** What its published weights were trained with. */
  readonly preprocessing: Preprocessing;
  /** Mean of the Caffe model, blue, green, red, 0 to 255. */
  readonly caffeMean: readonly [number, number, number];
  /** Side of the pictures that it was trained on; the head may need exactly it. */
  readonly inputSize: number;
  /** From a name in its published file to the one in the table, where they differ. */
  readonly rename?: (name: string) => string;
}

/** The taps of a table in the order in which they are computed. */
export function tapsOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(layer => [
    ...(layer.type === 'parallel' ? layer.branches.flatMap(tapsOf) : []),
    ...(layer.tap === undefined ? [] : [layer.tap]),
  ]);
}

/**
 * The layers up to the last of the taps asked for.
 *
 * @throws `layer/unknown` with the names there are
 */
export function layersUpTo(layers: readonly Layer[], taps: Iterable<string>, name: string): readonly Layer[] {
  let count = 0;
  for (const tap of taps) {
    const index = layers.findIndex(layer => tapsOf([layer]).includes(tap));
    if (index < 0) {
      throw new SrError({
        code: 'layer/unknown',
        message: `${name}: expected one of the layers ${tapsOf(layers).join(', ')}; received "${tap}".`,
      });
    }
    count = Math.max(count, index + 1);
  }
  return layers.slice(0, count);
}

/** The layers with every maximum between two stages (stride above 1) replaced: by the same window's average, or by `l2`. */
export function withPooling(layers: readonly Layer[], pooling: Pooling): readonly Layer[] {
  if (pooling === 'max') return layers;
  return layers.map(layer => {
    if (layer.type !== 'pool' || layer.kind !== 'max') return layer;
    const { tap, ...rest } = layer;
    const named = tap === undefined ? {} : { tap };
    if (pooling === 'average') return { ...named, ...rest, kind: pooling };
    return { ...named, type: 'pool', kind: pooling, window: 3, stride: 2, padding: 1 };
  });
}

/** Where a tap lies, and where the field of its first unit begins: at or before the image's first pixel. */
export interface TapGeometry extends FeatureGeometry {
  readonly start: number;
}

/** What is known of a table without running it. */
export interface TableShape {
  readonly parameters: ParameterSpecs;
  readonly taps: ReadonlyMap<string, TapGeometry>;
  readonly channels: number;
}

/** The parameters that the layers need, and the geometry of their taps. */
export function shapeOf(layers: readonly Layer[]): TableShape {
  const walk = new Walk();
  const { channels } = walk.all(layers, { channels: 3, stride: 1, receptiveField: 1, start: 0 });
  return { parameters: walk.parameters, taps: walk.taps, channels };
}

/** The parameters of a head behind maps of so many channels; `units` is their number of pixels when they are flattened. */
export function headParameters(head: readonly HeadLayer[], channels: number, units: number): ParameterSpecs {
  const parameters: Record<string, ParameterSpec> = {};
  let width = channels;
  for (const layer of head) {
    if (layer.type === 'flatten') width *= units;
    if (layer.type !== 'conv' && layer.type !== 'linear') continue;
    const shape = layer.type === 'conv' ? [layer.kernel, layer.kernel, width, layer.out] : [width, layer.out];
    parameters[`${layer.parameters}.weight`] = { shape, layout: layer.type, init: torchDefault };
    parameters[`${layer.parameters}.bias`] = { shape: [layer.out], layout: 'plain', init: torchDefault };
    width = layer.out;
  }
  return parameters;
}

/** The size of maps for an image of this size along one axis; 0 or less where it is too small. */
export function sizeAfter(layers: readonly Layer[], size: number): number {
  let now = size;
  for (const layer of layers) {
    if (now < 1) return 0;
    if (layer.type === 'conv') now = pooledSize(now, convWindow(layer));
    else if (layer.type === 'pool') now = pooledSize(now, layer);
    else if (layer.type === 'parallel') now = sizeAfter(layer.branches[0]!, now);
  }
  return now;
}

class Walk {
  readonly parameters: Record<string, ParameterSpec> = {};
  readonly taps = new Map<string, TapGeometry>();

  all(layers: readonly Layer[], from: TapGeometry): TapGeometry {
    let at = from;
    for (const layer of layers) {
      at = this.#one(layer, at);
      if (layer.tap !== undefined) this.taps.set(layer.tap, at);
    }
    return at;
  }

  #one(layer: Layer, at: TapGeometry): TapGeometry {
    switch (layer.type) {
      case 'conv':
        this.#addConv(layer, at.channels);
        return { ...slide(at, convWindow(layer)), channels: layer.out };
      case 'pool':
        return slide(at, layer);
      case 'norm':
        this.#addNorm(layer, at.channels);
        return at;
      case 'parallel': {
        const ends = layer.branches.map(branch => this.all(branch, at));
        const channels = ends.map(end => end.channels);
        return {
          channels: layer.join === 'concat' ? channels.reduce((sum, n) => sum + n) : channels[0]!,
          stride: ends[0]!.stride,
          receptiveField: Math.max(...ends.map(end => end.receptiveField)),
          start: Math.min(...ends.map(end => end.start)),
        };
      }
      default:
        return at;
    }
  }

  #addConv({ parameters, kernel, out, bias = true }: Conv, channels: number): void {
    this.parameters[`${parameters}.weight`] = {
      shape: [kernel, kernel, channels, out],
      layout: 'conv',
      init: torchDefault,
    };
    if (bias) this.parameters[`${parameters}.bias`] = { shape: [out], layout: 'plain', init: torchDefault };
  }

  #addNorm({ parameters }: Norm, channels: number): void {
    Object.assign(this.parameters, batchNormSpecs(parameters, channels));
  }
}

/** A convolution as the window that it slides. */
function convWindow({ kernel, stride = 1, padding = 0 }: Conv): Pool2dOptions {
  return { window: kernel, stride, padding };
}

/** Behind a window, neighbours are `stride` times further apart and see (window - 1) more of the former distances. */
function slide(at: TapGeometry, { window, stride = window, padding = 0 }: Pool2dOptions): TapGeometry {
  return {
    channels: at.channels,
    stride: at.stride * stride,
    receptiveField: at.receptiveField + (window - 1) * at.stride,
    start: at.start - padding * at.stride,
  };
}
