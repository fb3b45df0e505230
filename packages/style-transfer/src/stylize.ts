/** A picture in a trained style: one pass of a network. */
import {
  add,
  clipByValue,
  matMul,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { cropPicture, resizePicture } from 'sr-data';
import {
  bitDepth,
  joinAlpha,
  type Picture,
  pictureToTensor,
  quantize,
  type Scope,
  SrError,
  scopeOver,
  splitAlpha,
  throwIfAborted,
} from 'sr-tensor';
import { onLivingBackend } from 'sr-tensor/backend';
import { type KeepColor, keepColors } from './color/keep-colors.js';
import type { Style } from './load-style.js';
import { type StyleNetwork, styleNetwork } from './network/style-network.js';
import {
  type Area,
  measureAtOnce,
  measureLayer,
  paintTile,
  reachOf,
  runningStatistics,
  type Statistics,
  type Tile,
  tilesOf,
} from './network/tiled.js';
import { checkStrength } from './strength.js';

export interface StylizeOptions {
  /** From 0, the photo, to 1, the full style. Default 1. */
  readonly strength?: number;
  /** Which colours of the photo are kept. Default: none. */
  readonly keepColor?: KeepColor;
  /** Of a network for several styles: how much of each. Default: to equal parts. */
  readonly mixture?: readonly number[];
  /**
   * How a picture of several tiles gets the statistics of instance norms: `fast` (default), from a copy of a megapixel; `exact`, in
   * one sweep over the tiles for each layer, about eight times the work.
   */
  readonly statistics?: 'fast' | 'exact';
  /** Side of a tile in pixels; pictures of no more pixels than such a tile are painted whole. Default 1024. */
  readonly tile?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { percent: number }) => void;
}

/** Pixels of the copy that `fast` statistics come from. */
const copySize = 2 ** 20;
const defaultTile = 1024;

/**
 * Paints a photo in a trained style.
 *
 * @param photo of any size; alpha, depth and metadata stay
 * @param style as `loadStyle` gives it
 * @throws `style/strength`, `style/mixture`, `style/too-small`, `style/option`, `style/keep-color`, `picture/invalid`, `aborted`, `backend/lost`
 * @example
 * const picture = await stylize(photo, style, { strength: 0.8, keepColor: 'luma' });
 */
export async function stylize(photo: Picture, style: Style, options: StylizeOptions = {}): Promise<Picture> {
  return onLivingBackend(() => paint(photo, style, options));
}

async function paint(photo: Picture, style: Style, options: StylizeOptions): Promise<Picture> {
  const { strength = 1, keepColor, mixture, signal, tile: side = defaultTile, onProgress } = options;
  checkStrength(strength, 'stylize');
  if (!(Number.isInteger(side) && side >= 4)) {
    throw new SrError({ code: 'style/option', message: `stylize: expected a tile from 4 pixels, received ${side}.` });
  }
  throwIfAborted(signal);
  const { color, alpha } = splitAlpha(photo);
  const { network, scope, dispose } = oneStyle(style, mixture);
  try {
    checkSize(network, color);
    const tiles =
      color.width * color.height <= side ** 2 ? [wholeOf(color)] : tilesOf(color, { side, reach: reachOf(network) });
    const sweeps =
      tiles.length > 1 && network.config.norm === 'instance' && options.statistics === 'exact' ? normsOf(network) : [];
    let done = 0;
    const step = (): void => {
      throwIfAborted(signal);
      onProgress?.({ percent: (100 * ++done) / (tiles.length * (sweeps.length + 1)) });
    };
    const pixels = async (area: Area): Promise<Tensor4D> => {
      // Between tiles the program has time for others.
      await new Promise(resolve => setTimeout(resolve));
      return pictureToTensor(cropped(color, area));
    };
    const known = await statisticsOf(network, scope, color, { tiles, exact: sweeps, pixels, step });
    const depth = bitDepth(color);
    const data = quantize(new Float32Array(color.width * color.height * 3), depth);
    for (const tile of tiles) {
      const x = await pixels(tile.input);
      const y = tidy(() => {
        const painted = clipByValue(
          known === undefined
            ? network.apply(x, scope, { mode: 'inference', update() {} })
            : paintTile(network, scope, known, x, tile),
          0,
          1,
        );
        if (strength === 1) return painted;
        const { own, input } = tile;
        const before = x.slice(
          [0, own.top - input.top, own.left - input.left, 0],
          [1, own.bottom - own.top, own.right - own.left, 3],
        );
        return add(before, mul(sub(painted, before), strength)) as Tensor4D;
      });
      place(data, quantize((await y.data()) as Float32Array, depth), tile.own, color.width);
      x.dispose();
      y.dispose();
      step();
    }
    const { width, height, metadata } = photo;
    const painted: Picture = { data, width, height, channels: 3, ...(metadata && { metadata }) };
    const colored = keepColor === undefined ? painted : keepColors(painted, color, keepColor);
    return alpha === undefined ? colored : joinAlpha(colored, alpha);
  } finally {
    dispose();
  }
}

/** The network of a mixture of styles, and its parameters. */
function oneStyle(
  { network, parameters }: Style,
  mixture: readonly number[] | undefined,
): { network: StyleNetwork; scope: Scope; dispose: () => void } {
  const { styles } = network.config;
  const parts = mixture ?? new Array<number>(styles).fill(1 / styles);
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (parts.length !== styles || !parts.every(part => part >= 0) || !(whole > 0)) {
    throw new SrError({
      code: 'style/mixture',
      message: `stylize: expected ${styles} parts from 0, one for each style, received [${parts.join(', ')}].`,
    });
  }
  if (styles === 1) return { network, scope: parameters.scope(), dispose: () => undefined };
  const one = styleNetwork({ ...network.config, styles: 1 });
  const mixed = new Map<string, Tensor>();
  for (const name of parameters.names()) {
    const values = parameters.get(name) as Tensor;
    if (values.rank !== 2) continue;
    const row = tidy(() =>
      matMul(
        tensor2d(
          parts.map(part => part / whole),
          [1, styles],
        ),
        values as Tensor2D,
      ),
    );
    mixed.set(name, reshape(row, [-1]));
    row.dispose();
  }
  const dispose = (): void => {
    for (const tensor of mixed.values()) tensor.dispose();
  };
  return { network: one, scope: scopeOver(name => mixed.get(name) ?? parameters.get(name), ''), dispose };
}

/** Undefined: the picture is one tile, whose statistics are its own. */
async function statisticsOf(
  network: StyleNetwork,
  scope: Scope,
  color: Picture,
  {
    tiles,
    exact,
    pixels,
    step,
  }: {
    tiles: readonly Tile[];
    exact: StyleNetwork['layers'];
    pixels: (area: Area) => Promise<Tensor4D>;
    step: () => void;
  },
): Promise<Statistics | undefined> {
  if (tiles.length === 1) return undefined;
  if (network.config.norm === 'batch') return runningStatistics(network, scope);
  if (exact.length === 0) {
    const factor = Math.sqrt(copySize / (color.width * color.height));
    const size = { width: Math.round(color.width * factor), height: Math.round(color.height * factor) };
    const copy = factor < 1 ? resizePicture(color, size, { preset: 'pil', kernel: 'linear' }) : color;
    const x = pictureToTensor(copy);
    const measured = await measureAtOnce(network, scope, x);
    x.dispose();
    return measured;
  }
  const known: Statistics = new Map();
  for (const layer of exact) {
    const tile = async (area: Area): Promise<Tensor4D> => {
      step();
      return pixels(area);
    };
    await measureLayer(network, scope, { known, layer, tiles, size: color, tile });
  }
  return known;
}

function normsOf({ layers }: StyleNetwork): StyleNetwork['layers'] {
  return layers.filter(({ norm }) => norm !== undefined);
}

function wholeOf({ width, height }: Picture): Tile {
  const all = { top: 0, left: 0, bottom: height, right: width };
  return { own: all, input: all };
}

function cropped(picture: Picture, { top, left, bottom, right }: Area): Picture {
  if (bottom - top === picture.height && right - left === picture.width) return picture;
  return cropPicture(picture, { top, left, width: right - left, height: bottom - top });
}

function place(
  data: Picture['data'],
  part: ArrayLike<number>,
  { top, left, bottom, right }: Area,
  width: number,
): void {
  const row = (right - left) * 3;
  for (let y = top; y < bottom; y++) {
    for (let i = 0; i < row; i++) data[(y * width + left) * 3 + i] = part[(y - top) * row + i]!;
  }
}

/** Pixels that the mirrored borders of the inner maps need. */
const leastSide = 8;

function checkSize({ margin }: StyleNetwork, { width, height }: Picture): void {
  const least = Math.max(margin + 1, leastSide);
  if (Math.min(width, height) >= least) return;
  throw new SrError({
    code: 'style/too-small',
    message: `stylize: expected a picture of at least ${least} x ${least} pixels for this network, received ${width} x ${height}. Enlarge it first.`,
  });
}
