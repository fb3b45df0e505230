/** Pictures through a network: tile by tile, in strips from top to bottom, so that memory does not grow with the picture. */
import { matchHistogram } from 'sr-data';
import { checkPicture, hasAlpha, type Network, type Picture, SrError, throwIfAborted } from 'sr-tensor';
import type { BackendName, BackendReport } from 'sr-tensor/backend';
import type { ModelCard } from 'sr-tensor/weights';
import type { Rectangle, Tile } from './enlarge-tile.js';
import { isOutOfMemory } from './out-of-memory.js';
import { columnsOf, emptyPicture, paste, rowsOf } from './pixels.js';
import { runParallel } from './run-parallel.js';
import { nextSpan, type Span, smallestTile, spans, type TileLimits, tileLimits, tileSide } from './tiles.js';
import { spreadVisibleColors } from './visible-colors.js';

export interface Progress {
  /** Tiles that are done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** 0 to 100. */
  readonly percent: number;
  readonly secondsLeft: number;
}

/** A part of the result, and where in it. */
export interface FinishedTile {
  readonly picture: Picture;
  readonly left: number;
  readonly top: number;
}

export interface StripOptions {
  /** Stops between tiles; what was begun ends first. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each tile. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called with each tile of the result as soon as it is done, in no fixed order. */
  readonly onTile?: ((tile: FinishedTile) => void) | undefined;
  /**
   * Largest side of a tile in pixels of the input, overlaps included; default: tiles of the area of `loadUpscaler`'s, in
   * the shape with the least overlap.
   */
  readonly tile?: number | undefined;
  /**
   * For networks whose radius is larger than 64: overlap by the whole radius, so that tiles equal the whole. Default
   * false: such tiles overlap by 32 pixels. All other networks are always exact.
   */
  readonly exact?: boolean | undefined;
  /**
   * Geometric self-ensemble (EDSR+): the mean over the eight flips and quarter turns of each tile, in eight times the time.
   * Networks for fidelity gain by it, perceptual forms lose detail. Default false.
   */
  readonly ensemble?: boolean | undefined;
}

export interface UpscaleOptions extends StripOptions {
  /** Give the result the colour histogram of the input, channel by channel; default false. */
  readonly matchHistogram?: boolean | undefined;
}

/** Enlarges pictures with one network on one backend; see `loadUpscaler`. */
export interface Upscaler {
  readonly scale: number;
  readonly network: Network;
  /** What is known of the weights. */
  readonly card?: ModelCard;
  /** Where it computes; with `worker` another one once a device was lost and the next call has begun. */
  readonly backend: BackendReport;

  /**
   * Does now what the first call would do before its first tile: a GPU compiles its shaders for the usual tile.
   *
   * @throws as `upscale`
   */
  warmUp(): Promise<void>;

  /**
   * Enlarges a picture.
   *
   * Grey stays grey, 16 bits stay 16 bits, metadata are passed on. Alpha is enlarged apart; colours of fully
   * transparent pixels do not bleed into visible ones. Several calls at once are queued.
   *
   * @returns a picture of `scale` times the width and height; the argument is left as it is
   * @throws `aborted`, `out-of-memory` (when the result or even the smallest tile does not fit), `picture/invalid`,
   *   `option/invalid`, `network/not-finite`, `worker/crashed`, `upscaler/disposed`
   * @example
   * const big = await upscaler.upscale(photo, { onProgress: p => console.log(p.percent, p.secondsLeft) });
   */
  upscale(picture: Picture, options?: UpscaleOptions): Promise<Picture>;

  /**
   * Enlarges a picture strip by strip: full width, from top to bottom, a few megabytes each. Memory for one row of
   * tiles is all it takes.
   *
   * @throws as `upscale`, from the iteration
   * @example
   * const [width, height] = [photo.width * upscaler.scale, photo.height * upscaler.scale];
   * const writer = await createPictureWriter('big.png', { width, height, channels: 3 });
   * for await (const strip of upscaler.strips(photo)) await writer.write(strip);
   * await writer.close();
   */
  strips(picture: Picture, options?: StripOptions): AsyncGenerator<Picture>;

  /** Frees the weights and ends the workers. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Where tiles are computed. */
export interface TileRunner {
  /** The lanes for a picture of `total` tiles. */
  lanes(total: number): Lanes;
  dispose(): void;
}

/** Tiles that are computed side by side. */
export interface Lanes {
  readonly count: number;
  run(tile: Tile, signal: AbortSignal | undefined): Promise<Picture>;
}

export interface UpscalerParts {
  readonly network: Network;
  readonly card?: ModelCard | undefined;
  /** Where it computes now; another one after the loss of a device. */
  readonly backend: () => BackendReport;
  readonly runner: TileRunner;
  /** Side of the tiles when a call does not say. */
  readonly defaultTile: number;
}

/** Puts an upscaler together from its parts. */
export function createUpscaler({ network, card, backend, runner, defaultTile }: UpscalerParts): Upscaler {
  const { scale } = network;
  let usualTile = defaultTile;
  let disposed = false;

  /**
   * Computes row of tiles after row of tiles into what `target` gives for its rows of the result, and yields where that
   * was.
   */
  async function* tileRows(
    picture: Picture,
    options: StripOptions,
    { target, tallest }: { target: Target; tallest: number },
  ): AsyncGenerator<Rows> {
    checkPicture(picture, 'upscale');
    const overlap = overlapOf(network, picture, options.exact ?? false);
    let tile = firstTile(options.tile, usualTile, overlap, picture);
    const clock = { started: performance.now(), done: 0 };
    let row = 0;
    while (row < picture.height) {
      const limits = options.tile === undefined ? usualLimits(picture, tile, overlap) : { width: tile, height: tile };
      const side = sideOf(picture.height, Math.min(limits.height, tallest + 2 * overlap), overlap);
      const rows = nextSpan(picture.height, side, overlap, row);
      const enlarged = { top: rows.coreStart * scale, bottom: rows.coreEnd * scale };
      try {
        const rowsLeft = spans(picture.height, side, overlap, row).length;
        const job = { picture, rows, rowsLeft, tile: limits.width, overlap, clock, target: target(enlarged) };
        await enlargeRows(job, options);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        tile = smallerTile(Math.min(tile, Math.max(picture.width, picture.height)), overlap, error);
        if (options.tile === undefined) usualTile = tile;
        continue;
      }
      row = rows.coreEnd;
      yield enlarged;
    }
  }

  function sideOf(length: number, tile: number, overlap: number, lanes = 1): number {
    return isSteady() ? Math.min(length, tile) : tileSide(length, tile, overlap, { lanes });
  }

  function isSteady(): boolean {
    return compiling.has(backend().backend);
  }

  function usualLimits(picture: Picture, tile: number, overlap: number): TileLimits {
    if (overlap >= Math.max(picture.width, picture.height) || isSteady()) return { width: tile, height: tile };
    const [columns, rows] = [picture.width, picture.height].map(
      length => spans(length, tileSide(length, tile, overlap), overlap).length,
    ) as [number, number];
    return tileLimits(picture, tile, overlap, { lanes: runner.lanes(columns * rows).count });
  }

  async function enlargeRows(job: RowJob, { signal, onProgress, onTile, ensemble }: StripOptions): Promise<void> {
    const { picture, rows, rowsLeft, tile, overlap, clock, target } = job;
    const { width } = picture;
    const lanes = runner.lanes(rowsLeft * spans(width, sideOf(width, tile, overlap), overlap).length);
    const columns = spans(width, sideOf(width, tile, overlap, lanes.count), overlap);
    const band = bandOf(picture, rows, overlap);
    const total = clock.done + rowsLeft * columns.length;
    let done = clock.done;
    await runParallel(columns, lanes.count, async column => {
      // Lets what aborts the signal have its turn: on wasm and cpu awaiting a tile runs no more than microtasks.
      await new Promise(resolve => setTimeout(resolve));
      throwIfAborted(signal);
      if (disposed) throw disposedError();
      const window = columnsOf(band, column.start, column.start + column.size);
      const enlarged = await lanes.run({ window, core: coreOf(column, rows), ensemble }, signal);
      const left = column.coreStart * scale;
      paste(enlarged, target, left, 0);
      onTile?.({ picture: enlarged, left, top: rows.coreStart * scale });
      onProgress?.(progressOf(++done, total, clock.started));
    });
    clock.done = done;
  }

  async function upscale(picture: Picture, options: UpscaleOptions = {}): Promise<Picture> {
    checkPicture(picture, 'upscale');
    const whole = emptyResult(picture, scale);
    const target: Target = ({ top, bottom }) => rowsOf(whole, top, bottom);
    for await (const _ of tileRows(picture, options, { target, tallest: picture.height })) {
      // Each row of tiles is in its place by then.
    }
    return options.matchHistogram ? matchHistogram(whole, picture) : whole;
  }

  async function* strips(picture: Picture, options: StripOptions = {}): AsyncGenerator<Picture> {
    // One buffer for all rows of tiles: garbage of its size would stay for long.
    let buffer: Picture | undefined;
    const target: Target = ({ top, bottom }) => {
      if (buffer === undefined || buffer.height < bottom - top) {
        buffer = emptyPicture(picture, picture.width * scale, bottom - top);
      }
      return rowsOf(buffer, 0, bottom - top);
    };
    const bytesPerRow = (picture.data.byteLength / picture.height) * scale;
    const tallest = Math.max(smallestTile(0), Math.floor(largestBuffer / (bytesPerRow * scale)));
    const rows = Math.max(1, Math.floor(largestStrip / bytesPerRow));
    for await (const { top, bottom } of tileRows(picture, options, { target, tallest })) {
      for (let from = 0; from < bottom - top; from += rows) {
        const strip = rowsOf(buffer!, from, Math.min(from + rows, bottom - top));
        yield withMetadata({ ...strip, data: strip.data.slice() }, picture);
      }
    }
  }

  async function warmUp(): Promise<void> {
    if (disposed) throw disposedError();
    const side = Math.max(usualTile, 4 * overlapOf(network, onePixel, false));
    const window = emptyPicture(onePixel, side, side);
    await runner.lanes(1).run({ window, core: { left: 0, top: 0, width: side, height: side } }, undefined);
  }

  function dispose(): void {
    if (disposed) return;
    disposed = true;
    runner.dispose();
  }

  return {
    scale,
    network,
    ...(card && { card }),
    get backend() {
      return backend();
    },
    warmUp,
    upscale,
    strips,
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Opaque and in 8 bits, as most pictures are. */
const onePixel: Picture = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 };

/** Backends that compile a program for each shape: all their tiles have one size, whatever the picture's. */
const compiling: ReadonlySet<BackendName> = new Set(['webgpu', 'webgl']);

/** Rows of the result. */
interface Rows {
  readonly top: number;
  readonly bottom: number;
}

/** Where rows of the result are to be put. */
type Target = (rows: Rows) => Picture;

interface RowJob {
  readonly picture: Picture;
  readonly rows: Span;
  /** How many rows of tiles are to come, this one included. */
  readonly rowsLeft: number;
  /** The widest tile. */
  readonly tile: number;
  readonly overlap: number;
  /** When the call began, and how many tiles are done. */
  readonly clock: { readonly started: number; done: number };
  readonly target: Picture;
}

/** Bytes of the buffer for a row of tiles, about: the tiles of wide pictures are lower for it. */
const largestBuffer = 32 * 2 ** 20;
/** Bytes of a strip: enough for files to be written fast, and little beside the tensors of a tile. */
const largestStrip = 8 * 2 ** 20;

/** Radii up to this are always covered by the overlap. */
const largestUsualRadius = 64;
/** How far tiles overlap for larger radii, unless they are to be exact. */
const usualOverlap = 32;
/** Bicubic interpolation of alpha looks this far. */
const alphaRadius = 2;

function overlapOf({ radius }: Network, picture: Picture, exact: boolean): number {
  const overlap = radius <= largestUsualRadius || exact ? radius : usualOverlap;
  return hasAlpha(picture) ? Math.max(overlap, alphaRadius) : overlap;
}

function firstTile(asked: number | undefined, usual: number, overlap: number, { width, height }: Picture): number {
  const longest = Math.max(width, height);
  // An infinite radius: only the whole is exact.
  if (overlap >= longest) return longest;
  if (asked === undefined) return Math.max(usual, 4 * overlap);
  if (Number.isInteger(asked) && asked >= Math.min(smallestTile(overlap), longest)) return asked;
  throw new SrError({
    code: 'option/invalid',
    message: `tile: expected an integer of at least ${smallestTile(overlap)} (twice the overlap of ${overlap}, and some), received ${asked}.`,
  });
}

/** Half the side that did not fit into memory. */
function smallerTile(side: number, overlap: number, cause: unknown): number {
  const smallest = smallestTile(overlap);
  if (side > smallest) return Math.max(Math.floor(side / 2), smallest);
  throw new SrError({
    code: 'out-of-memory',
    message: `Memory ran out even with tiles of ${side} x ${side} pixels. Close other programs, take fewer workers or another backend.`,
    cause,
  });
}

/** The rows of a strip, their colours made safe for interpolation. */
function bandOf(picture: Picture, { start, size }: Span, overlap: number): Picture {
  if (!hasAlpha(picture)) return rowsOf(picture, start, start + size);
  // Beyond this no pixel counts for a visible one: the overlap, and what alpha spreads.
  const distance = Math.min(overlap, largestUsualRadius) + alphaRadius + 1;
  const top = Math.max(start - distance, 0);
  const bottom = Math.min(start + size + distance, picture.height);
  const colored = spreadVisibleColors(rowsOf(picture, top, bottom), distance);
  return rowsOf(colored, start - top, start - top + size);
}

function coreOf(column: Span, row: Span): Rectangle {
  return {
    left: column.coreStart - column.start,
    top: row.coreStart - row.start,
    width: column.coreEnd - column.coreStart,
    height: row.coreEnd - row.coreStart,
  };
}

function emptyResult(picture: Picture, scale: number): Picture {
  const [width, height] = [picture.width * scale, picture.height * scale];
  try {
    return withMetadata(emptyPicture(picture, width, height), picture);
  } catch (cause) {
    throw new SrError({
      code: 'out-of-memory',
      message: `There is no memory for a picture of ${width} x ${height} pixels at once. Take it in strips.`,
      cause,
    });
  }
}

function withMetadata(result: Picture, { metadata }: Picture): Picture {
  return metadata === undefined ? result : { ...result, metadata };
}

function progressOf(done: number, total: number, started: number): Progress {
  const seconds = (performance.now() - started) / 1000;
  return { done, total, percent: (100 * done) / total, secondsLeft: (seconds / done) * (total - done) };
}

function disposedError(): SrError {
  return new SrError({ code: 'upscaler/disposed', message: 'This upscaler has been disposed. Load another.' });
}
