/**
 * Networks with instance norms over large pictures, tile by tile.
 *
 * The statistics of a layer are those of the whole map, and they depend on the layers before. `exact`: a sweep over the tiles for each
 * layer measures them, all layers before being known; then one more sweep paints. `fast`: they are measured at once on a smaller copy.
 */
import {
  add,
  keep,
  moments,
  mul,
  rsqrt,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Scope } from 'sr-tensor';
import { enter, leave, type Normalize, runLayers, type StyleLayer } from './layers.js';
import type { StyleNetwork } from './style-network.js';

/** Mean and variance of each channel by the name of the normalisation. */
export type Statistics = Map<string, { readonly mean: Float64Array; readonly variance: Float64Array }>;

/** A part of a picture with what it needs around it; all in pixels, right and bottom exclusive. */
export interface Tile {
  readonly own: Area;
  readonly input: Area;
}

export interface Area {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The network halves its maps twice: tiles begin at multiples of this. */
const alignment = 4;
/** Of `instanceNorm` and `batchNorm`. */
const epsilon = 1e-5;

/** How many pixels an output pixel sees to each side at most, rounded up so that tiles begin where they may. */
export function reachOf({ layers }: Pick<StyleNetwork, 'layers'>): number {
  let factor = 1;
  let reach = 0;
  for (const { kernel, change } of layers) {
    reach += Math.floor(kernel / 2) * factor;
    if (change === 'halve') factor *= 2;
    else if (change !== 'none') factor /= 2;
  }
  return (Math.ceil(reach / alignment) + 1) * alignment;
}

/** Covers a picture by tiles whose own parts have sides up to `side`. */
export function tilesOf(
  { width, height }: { width: number; height: number },
  { side, reach }: { side: number; reach: number },
): Tile[] {
  const step = Math.max(alignment, Math.floor(side / alignment) * alignment);
  const tiles: Tile[] = [];
  for (let top = 0; top < height; top += step) {
    for (let left = 0; left < width; left += step) {
      const own = { top, left, bottom: Math.min(top + step, height), right: Math.min(left + step, width) };
      const input = {
        top: Math.max(0, own.top - reach),
        left: Math.max(0, own.left - reach),
        bottom: Math.min(height, own.bottom + reach),
        right: Math.min(width, own.right + reach),
      };
      tiles.push({ own, input });
    }
  }
  return tiles;
}

/** Measures all statistics in one run over a whole (small) picture. */
export async function measureAtOnce(network: StyleNetwork, p: Scope, x: Tensor4D): Promise<Statistics> {
  const measured = new Map<string, { mean: Tensor; variance: Tensor }>();
  tidy(() => {
    const normalize: Normalize = (features, norm) => {
      const { mean, variance } = moments(features, [0, 1, 2]);
      measured.set(norm, { mean: keepOut(mean), variance: keepOut(variance) });
      return normalizeBy(features, mean, variance, p, norm);
    };
    const { config, margin, layers } = network;
    runLayers(enter(x, { output: config.output, margin }), layers, { p, normalize, step: run => run() });
  });
  const statistics: Statistics = new Map();
  for (const [norm, { mean, variance }] of measured) {
    statistics.set(norm, {
      mean: Float64Array.from(await mean.data()),
      variance: Float64Array.from(await variance.data()),
    });
    mean.dispose();
    variance.dispose();
  }
  return statistics;
}

/** Sums over tiles, in doubles (Chan et al., "Algorithms for computing the sample variance", 1983). */
interface Sums {
  count: number;
  mean: Float64Array;
  /** Squares of differences from the mean. */
  squares: Float64Array;
}

/**
 * Measures the statistics of one more layer: those of all layers before are known.
 *
 * @param tile gives the pixels of a tile, `[1, height, width, 3]`; freed here
 */
export async function measureLayer(
  network: StyleNetwork,
  p: Scope,
  {
    known,
    layer,
    tiles,
    size,
    tile,
  }: {
    known: Statistics;
    layer: StyleLayer;
    tiles: readonly Tile[];
    size: { width: number; height: number };
    tile: (area: Area) => Promise<Tensor4D>;
  },
): Promise<void> {
  const { layers, config, margin } = network;
  const upTo = layers.slice(0, layers.indexOf(layer) + 1);
  const sums: Sums = { count: 0, mean: new Float64Array(layer.to), squares: new Float64Array(layer.to) };
  for (const each of tiles) {
    const x = await tile(each.input);
    let found: { mean: Tensor; variance: Tensor; count: number } | undefined;
    tidy(() => {
      const normalize: Normalize = (features, norm) => {
        if (norm !== layer.norm) return normalizeWith(features, known, p, norm);
        const own = ownPart(features, each, size, leadOf(network, layer));
        const { mean, variance } = moments(own, [0, 1, 2]);
        found = { mean: keepOut(mean), variance: keepOut(variance), count: own.shape[1] * own.shape[2] };
        return features;
      };
      runLayers(enter(x, { output: config.output, margin }), upTo, { p, normalize, step: run => run() });
    });
    const { mean, variance, count } = found!;
    addTo(sums, count, await mean.data(), await variance.data());
    mean.dispose();
    variance.dispose();
    x.dispose();
  }
  known.set(layer.norm!, { mean: sums.mean, variance: sums.squares.map(value => value / sums.count) });
}

/** Paints a tile with known statistics: its own part, `[1, height, width, 3]`. */
export function paintTile(network: StyleNetwork, p: Scope, known: Statistics, x: Tensor4D, tile: Tile): Tensor4D {
  const { layers, config, margin } = network;
  return tidy(() => {
    const normalize: Normalize = (features, norm) => normalizeWith(features, known, p, norm);
    const y = leave(runLayers(enter(x, { output: config.output, margin }), layers, { p, normalize }), config.output);
    const { own, input } = tile;
    return slice(
      y,
      [0, own.top - input.top, own.left - input.left, 0],
      [1, own.bottom - own.top, own.right - own.left, 3],
    );
  });
}

/** The statistics that batch norms have learned. */
export async function runningStatistics({ layers }: StyleNetwork, p: Scope): Promise<Statistics> {
  const statistics: Statistics = new Map();
  for (const { norm } of layers) {
    if (norm === undefined) continue;
    const [mean, variance] = ['running_mean', 'running_var'].map(name => p.get(`${norm}.${name}`));
    statistics.set(norm, {
      mean: Float64Array.from(await mean!.data()),
      variance: Float64Array.from(await variance!.data()),
    });
  }
  return statistics;
}

/** What lies before the first pixel in the maps of a layer, and how many pixels a unit stands for. */
interface Lead {
  readonly units: number;
  readonly factor: number;
}

function leadOf({ layers, margin }: StyleNetwork, last: StyleLayer): Lead {
  let factor = 1;
  let units = margin;
  for (const layer of layers) {
    if (layer.change === 'halve') {
      factor *= 2;
      units /= 2;
    } else if (layer.change !== 'none') {
      factor /= 2;
      units *= 2;
    }
    if (layer.padding === 'none') units -= Math.floor(layer.kernel / 2);
    if (layer === last) break;
  }
  return { units, factor };
}

/** The units that belong to the tile: at the borders of the picture those of the margin too. */
function ownPart(
  features: Tensor4D,
  { own, input }: Tile,
  size: { width: number; height: number },
  { units, factor }: Lead,
): Tensor4D {
  const [, rows, columns] = features.shape;
  const range = (start: number, end: number, from: number, whole: number, length: number): [number, number] => [
    start === 0 ? 0 : (start - from) / factor + units,
    end === whole ? length : (end - from) / factor + units,
  ];
  const [top, bottom] = range(own.top, own.bottom, input.top, size.height, rows);
  const [left, right] = range(own.left, own.right, input.left, size.width, columns);
  return slice(features, [0, top, left, 0], [1, bottom - top, right - left, -1]);
}

function addTo(sums: Sums, count: number, mean: ArrayLike<number>, variance: ArrayLike<number>): void {
  const total = sums.count + count;
  for (let c = 0; c < sums.mean.length; c++) {
    const difference = mean[c]! - sums.mean[c]!;
    sums.squares[c]! += variance[c]! * count + (difference ** 2 * sums.count * count) / total;
    sums.mean[c]! += (difference * count) / total;
  }
  sums.count = total;
}

function normalizeWith(features: Tensor4D, known: Statistics, p: Scope, norm: string): Tensor4D {
  const { mean, variance } = known.get(norm)!;
  return normalizeBy(features, tensor1d(Float32Array.from(mean)), tensor1d(Float32Array.from(variance)), p, norm);
}

function normalizeBy(features: Tensor4D, mean: Tensor, variance: Tensor, p: Scope, norm: string): Tensor4D {
  return tidy(() => {
    const factor = mul(p.get(`${norm}.weight`), rsqrt(add(variance, epsilon)));
    return add<Tensor4D>(mul(features, factor), sub(p.get(`${norm}.bias`), mul(mean, factor)));
  });
}

/** Outlives the tidy that it is made in. */
function keepOut(tensor: Tensor): Tensor1D {
  return keep(tensor.clone()) as Tensor1D;
}
