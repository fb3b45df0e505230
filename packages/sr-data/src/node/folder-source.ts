// Random pairs of patches from folders of pictures.
//
// Sample k of batch b needs four random numbers: the picture, the column, the row, the flips. They stand at a fixed
// place of the sequence of the seed, (b * batchSize + k) * 4, so a batch depends on the seed, its number and the files
// alone: neither on what is prefetched or cached, nor on where a run was interrupted.
import { type Picture, Random, SrError, throwIfAborted } from 'sr-tensor';
import type { Batch, BatchSource, ImageBatch, SkippedPicture } from '../batch.js';
import { modCrop } from '../crop-picture.js';
import { pairPictures } from '../pair-pictures.js';
import { resizePicture } from '../resize-picture.js';
import { ByteCache } from './byte-cache.js';
import { limitConcurrency } from './concurrency.js';
import { findPictures } from './find-pictures.js';

import { inspectPicture, readPicture } from './read-picture.js';

export interface FolderSourceOptions {
  /** Folders or files of high-resolution pictures; folders are searched with all below them. */
  data: string | readonly string[];
  /** How many times larger the target is: a whole number. */
  scale: number;
  /** Side of an input patch in pixels; the target's is `patchSize * scale`. Default 48. */
  patchSize?: number;
  /** Default 16. */
  batchSize?: number;
  /** Default 0. */
  seed?: number;
  /** Folder of low-resolution pictures, paired by name (see `pairPictures`); absent: made by MATLAB's bicubic. */
  lr?: string;
  /** Random flips and quarter turns, the same for input and target. Default true. */
  augment?: boolean;
  /** How many batches are prepared ahead in the background. Default 2. */
  prefetch?: number;
  /** How many bytes of decoded pictures are kept; what does not fit is decoded again when needed. Default 1 GiB. */
  cacheBytes?: number;
  signal?: AbortSignal;
}

/** Colours in 8 bits, RGB. */
interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly byteLength: number;
}

interface Entry {
  readonly path: string;
  readonly lrPath?: string;
  readonly width: number;
  readonly height: number;
}

interface State {
  readonly seed: number;
  readonly batch: number;
}

const numbersPerSample = 4;

/** As many as libuv has threads for, in which sharp decodes. */
const decodersAtOnce = 4;

/** A data set of which more cannot be read is not the one that was meant. */
const mostBroken = 0.1;

/**
 * Batches of random patches from pictures on disk.
 *
 * Each sample takes a picture (all equally likely, whatever their size), a place in it on the grid of `scale`, and one
 * of the eight flips and turns. The low-resolution side is the whole picture, cropped to a multiple of `scale`, made
 * smaller by MATLAB's bicubic and rounded to 8 bits, or read from `lr`. Pictures of 16 bits are rounded to 8, grey is
 * repeated, alpha left out.
 *
 * Broken, too small and unpaired pictures are left out and listed in `skipped`. A picture that turns out broken only
 * when its pixels are decoded is replaced by the next one in order, always the same way.
 *
 * @throws `data/empty` if no picture can be used, `data/broken` if more than a tenth is broken (at once, or from
 *   `next` later), `data/option`, `picture/not-found`, `aborted`
 *
 * @example
 * const source = await folderSource({ data: 'photos', scale: 4, seed: 1 });
 * const { input, target } = await source.next();   // shapes [16, 48, 48, 3] and [16, 192, 192, 3]
 * await source.close();
 */
export async function folderSource(options: FolderSourceOptions): Promise<BatchSource> {
  const { scale, patchSize = 48, batchSize = 16, prefetch = 2, signal } = options;
  for (const [name, value] of Object.entries({ scale, patchSize, batchSize })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new SrError({
      code: 'data/option',
      message: `folderSource: expected a positive whole number as ${name}, received ${value}.`,
    });
  }
  const folder = new Folder(options, patchSize);
  await folder.open(signal);
  return new FolderSource(folder, { ...options, patchSize, batchSize, prefetch });
}

/** The usable pictures, decoded when needed. */
class Folder {
  readonly skipped: SkippedPicture[] = [];
  readonly #options: FolderSourceOptions;
  readonly #side: number;
  #entries: readonly Entry[] = [];
  #found = 0;
  readonly #broken = new Set<number>();
  readonly #loading = new Map<number, Promise<{ hr: Pixels; lr: Pixels }>>();
  readonly #hr: ByteCache<Pixels>;
  readonly #lr: ByteCache<Pixels>;
  readonly #turn: <T>(task: () => Promise<T>) => Promise<T> = limitConcurrency(decodersAtOnce);

  constructor(options: FolderSourceOptions, patchSize: number) {
    this.#options = options;
    this.#side = patchSize * options.scale;
    const { cacheBytes = 2 ** 30 } = options;
    // Low resolution is kept apart: small, and dear to make again.
    this.#hr = new ByteCache(cacheBytes * 0.75);
    this.#lr = new ByteCache(cacheBytes * 0.25);
  }

  get size(): number {
    return this.#entries.length - this.#broken.size;
  }

  /** Looks at the header of every picture. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    const { data, lr } = this.#options;
    const paths = (await Promise.all([data].flat().map(path => findPictures(path as string)))).flat();
    this.#found = paths.length;
    const partners =
      lr === undefined ? undefined : pairPictures(paths, await findPictures(lr), { scale: this.#options.scale });
    for (const path of partners?.unpairedHr ?? []) {
      this.skipped.push({ path, kind: 'unpaired', reason: 'no low-resolution picture has its name' });
    }
    const wanted = partners ? partners.pairs : paths.map(hr => ({ hr, lr: undefined }));
    const entries = await Promise.all(wanted.map(({ hr, lr }) => this.#turn(() => this.#inspect(hr, lr, signal))));
    this.#entries = entries.filter(entry => entry !== undefined);
    // Headers were read side by side; the list does not depend on which came first.
    this.skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#checkUsable();
  }

  /** The picture at `index` or, where that one is broken, the next that is not. */
  async load(index: number): Promise<{ hr: Pixels; lr: Pixels; entry: Entry }> {
    for (let i = index % this.#entries.length; ; i = (i + 1) % this.#entries.length) {
      if (this.#broken.has(i)) continue;
      const entry = this.#entries[i]!;
      try {
        return { ...(await this.#pixels(i, entry)), entry };
      } catch (error) {
        if (!this.#broken.has(i)) {
          this.#broken.add(i);
          this.skipped.push({ path: entry.path, kind: 'broken', reason: messageOf(error) });
        }
        this.#checkUsable();
      }
    }
  }

  get length(): number {
    return this.#entries.length;
  }

  clear(): void {
    this.#hr.clear();
    this.#lr.clear();
  }

  async #inspect(path: string, lrPath: string | undefined, signal?: AbortSignal): Promise<Entry | undefined> {
    throwIfAborted(signal);
    try {
      const { width, height } = await inspectPicture(path);
      if (Math.min(width, height) >= this.#side) return { path, width, height, ...(lrPath ? { lrPath } : {}) };
      const reason = `${width} x ${height} is smaller than a patch of ${this.#side} x ${this.#side}`;
      this.skipped.push({ path, kind: 'small', reason });
    } catch (error) {
      this.skipped.push({ path, kind: 'broken', reason: messageOf(error) });
    }
    return undefined;
  }

  /** Both sides of a picture; asked for twice at once it is decoded once. */
  #pixels(index: number, entry: Entry): Promise<{ hr: Pixels; lr: Pixels }> {
    const hr = this.#hr.get(index);
    const lr = this.#lr.get(index);
    if (hr && lr) return Promise.resolve({ hr, lr });
    let loading = this.#loading.get(index);
    if (!loading) {
      loading = this.#turn(() => this.#decode(index, entry, lr)).finally(() => this.#loading.delete(index));
      this.#loading.set(index, loading);
    }
    return loading;
  }

  async #decode(index: number, entry: Entry, known: Pixels | undefined): Promise<{ hr: Pixels; lr: Pixels }> {
    const { scale } = this.#options;
    const picture = await readPicture(entry.path);
    if (picture.width !== entry.width || picture.height !== entry.height) {
      throw new SrError({
        code: 'picture/changed',
        message: `${entry.path}: expected ${entry.width} x ${entry.height} pixels as before, received ${picture.width} x ${picture.height}.`,
      });
    }
    const whole = toRgb8(modCrop(picture, { scale }));
    const small = known ?? (await this.#small(whole, entry));
    const hr = pixelsOf(whole);
    this.#hr.set(index, hr);
    this.#lr.set(index, small);
    return { hr, lr: small };
  }

  async #small(hr: Picture, entry: Entry): Promise<Pixels> {
    const { scale } = this.#options;
    if (entry.lrPath === undefined) return pixelsOf(resizePicture(hr, { scale: 1 / scale }));
    const lr = await readPicture(entry.lrPath);
    if (lr.width === hr.width / scale && lr.height === hr.height / scale) return pixelsOf(toRgb8(lr));
    throw new SrError({
      code: 'data/pair',
      message: `${entry.lrPath}: expected ${hr.width / scale} x ${hr.height / scale} pixels, a ${scale}th of ${entry.path}, received ${lr.width} x ${lr.height}.`,
    });
  }

  #checkUsable(): void {
    const broken = this.skipped.filter(({ kind }) => kind === 'broken');
    const first = this.skipped[0];
    if (broken.length > mostBroken * this.#found) {
      throw new SrError({
        code: 'data/broken',
        message: `${broken.length} of ${this.#found} pictures cannot be used, expected at most a tenth. The first: ${broken[0]!.reason}`,
      });
    }
    if (this.size > 0) return;
    throw new SrError({
      code: 'data/empty',
      message: `Expected pictures of at least ${this.#side} x ${this.#side} pixels, received ${this.#found} of which none can be used. The first: ${first?.path}: ${first?.reason}`,
    });
  }
}

class FolderSource implements BatchSource {
  readonly #folder: Folder;
  readonly #options: FolderSourceOptions & { patchSize: number; batchSize: number; prefetch: number };
  #state: State;
  /** Batches under way, the next one first. */
  #ahead: Promise<Batch>[] = [];
  #closed = false;
  /** Calls that overlap get batches one after the other. */
  readonly #turn: <T>(task: () => Promise<T>) => Promise<T> = limitConcurrency(1);

  constructor(
    folder: Folder,
    options: FolderSourceOptions & { patchSize: number; batchSize: number; prefetch: number },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#state = { seed: options.seed ?? 0, batch: 0 };
    this.#prepare();
  }

  get pictures(): number {
    return this.#folder.size;
  }

  get skipped(): readonly SkippedPicture[] {
    return this.#folder.skipped;
  }

  next(options: { signal?: AbortSignal } = {}): Promise<Batch> {
    return this.#turn(() => this.#next(options.signal));
  }

  state(): State {
    return { ...this.#state };
  }

  restore(state: unknown): void {
    const { seed, batch } = (state ?? {}) as Partial<State>;
    if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(batch) || batch! < 0) {
      throw new SrError({
        code: 'data/state',
        message: `Expected the state of a source as state() gives it, { seed, batch }, received ${JSON.stringify(state)}.`,
      });
    }
    this.#ahead = [];
    this.#state = { seed: seed!, batch: batch! };
    this.#prepare();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#ahead);
    this.#ahead = [];
    this.#folder.clear();
  }

  async #next(signal: AbortSignal | undefined): Promise<Batch> {
    throwIfAborted(signal);
    throwIfAborted(this.#options.signal);
    if (this.#closed) throw new SrError({ code: 'data/closed', message: 'This source of batches has been closed.' });
    const { seed, batch: number } = this.#state;
    const batch = await (this.#ahead[0] ?? this.#build(seed, number));
    throwIfAborted(signal);
    this.#ahead.shift();
    this.#state = { seed, batch: number + 1 };
    this.#prepare();
    return batch;
  }

  #prepare(): void {
    const { seed, batch } = this.#state;
    while (!this.#closed && this.#ahead.length < this.#options.prefetch) {
      const building = this.#build(seed, batch + this.#ahead.length);
      // Who asks for this batch gets the error; until then it must not count as unhandled.
      building.catch(() => {});
      this.#ahead.push(building);
    }
  }

  async #build(seed: number, number: number): Promise<Batch> {
    const { scale, patchSize, batchSize, augment = true } = this.#options;
    const random = new Random({ seed, position: number * batchSize * numbersPerSample });
    const plan = Array.from({ length: batchSize }, () => ({
      picture: random.int(this.#folder.length),
      column: random.uniform(),
      row: random.uniform(),
      turn: augment ? random.int(8) : random.int(1),
    }));
    const loaded = await Promise.all(plan.map(({ picture }) => this.#folder.load(picture)));
    const input = emptyBatch(batchSize, patchSize);
    const target = emptyBatch(batchSize, patchSize * scale);
    for (const [i, { column, row, turn }] of plan.entries()) {
      const { hr, lr } = loaded[i]!;
      const left = Math.floor(column * (lr.width - patchSize + 1));
      const top = Math.floor(row * (lr.height - patchSize + 1));
      copyPatch(lr, { left, top, turn }, input, i);
      copyPatch(hr, { left: left * scale, top: top * scale, turn }, target, i);
    }
    return { input, target };
  }
}

function emptyBatch(batch: number, side: number): ImageBatch {
  return { data: new Float32Array(batch * side * side * 3), shape: [batch, side, side, 3] };
}

/** value / 255 in float32. */
const unit = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/**
 * Copies a square into image `index` of a batch, flipped and turned.
 *
 * @param turn 0 to 7: bit 0 mirrors left and right, bit 1 top and bottom, bit 2 exchanges rows and columns
 */
function copyPatch(
  from: Pixels,
  { left, top, turn }: { left: number; top: number; turn: number },
  to: ImageBatch,
  index: number,
): void {
  const side = to.shape[1];
  const { data, width } = from;
  const out = to.data;
  const last = side - 1;
  const stepX = (turn & 1 ? -1 : 1) * 3;
  const stepY = (turn & 2 ? -1 : 1) * width * 3;
  const first = ((top + (turn & 2 ? last : 0)) * width + left + (turn & 1 ? last : 0)) * 3;
  const [inner, outer] = turn & 4 ? [stepY, stepX] : [stepX, stepY];
  let at = index * side * side * 3;
  for (let y = 0; y < side; y++) {
    for (let x = 0, source = first + y * outer; x < side; x++, source += inner, at += 3) {
      out[at] = unit[data[source]!]!;
      out[at + 1] = unit[data[source + 1]!]!;
      out[at + 2] = unit[data[source + 2]!]!;
    }
  }
}

/** RGB in 8 bits, rounded, grey repeated, without alpha. */
function toRgb8({ data, width, height, channels }: Picture): Picture & { data: Uint8Array } {
  const wide = data instanceof Uint16Array;
  if (channels === 3 && data instanceof Uint8Array) return { data, width, height, channels };
  const out = new Uint8Array(width * height * 3);
  const [g, b] = channels >= 3 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; to < out.length; from += channels, to += 3) {
    for (const [i, offset] of [0, g, b].entries()) {
      const value = data[from + offset]!;
      // 65,535 / 255
      out[to + i] = wide ? Math.round(value / 257) : value;
    }
  }
  return { data: out, width, height, channels: 3 };
}

function pixelsOf({ data, width, height }: Picture): Pixels {
  return { data: data as Uint8Array, width, height, byteLength: data.byteLength };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
