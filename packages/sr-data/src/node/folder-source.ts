import { SrError, throwIfAborted } from 'sr-tensor';
import type { Batch, BatchSource, SkippedPicture } from '../batch.js';
import type { Degradation } from '../degradation.js';
import type { PreparationStep } from '../prepare-picture.js';
import { startBatchWorker } from '../start-batch-worker.js';
import { limitConcurrency } from './concurrency.js';
import type { MaskOptions } from './masks-of-folder.js';
import { type BatchMaker, openPatchMaker } from './patch-maker.js';
import { openThreadMaker } from './thread-maker.js';

export interface TileOptions {
  /** Side of a tile; default 480. */
  readonly size?: number;
  /** Pixels between the beginnings of neighbours; default 240. */
  readonly step?: number;
  /** As in `tileGrid`; default 48. */
  readonly threshold?: number;
}

export interface FolderSourceOptions {
  /** Folders or files of high-resolution pictures; folders are searched with all below them. */
  data: string | readonly string[];
  /** How many times larger the target is: a whole number. With 1 input and target are the same, unless made worse. */
  scale: number;
  /** Side of an input patch in pixels; the target's is `patchSize * scale`. Of several each batch draws one. Default 48. */
  patchSize?: number | readonly number[];
  /** Default 16. */
  batchSize?: number;
  /** Default 0. */
  seed?: number;
  /** How low resolution is made. Default: MATLAB's bicubic; nothing at scale 1. */
  degradation?: Degradation;
  /** Folder of low-resolution pictures, paired by name (see `pairPictures`); they take the place of a degradation. */
  lr?: string;
  /** What every picture goes through first, its masks too. Default nothing. */
  prepare?: readonly PreparationStep[];
  /** `random` (default): anywhere. `center`: the centre of a picture alone, from which low resolution is then made. */
  crop?: 'random' | 'center';
  /**
   * Makes pictures larger or smaller before a patch is cut out, by a factor from this range, or by as much as it takes for
   * a patch to fit (TSRN's code: [0.5, 1.5]; TSRN-S [0.2, 1.2]). By Pillow's bicubic.
   */
  zoom?: readonly [least: number, most: number];
  /** Flips and quarter turns, the same for input, target and masks: all (true, the default), left and right only, none. */
  augment?: boolean | 'flip';
  /** Maps of labels with the names of the pictures, or a file of COCO annotations: batches get `masks`. */
  masks?: string | MaskOptions;
  /** Draws from tiles in place of pictures, so that large pictures count more; true: ESRGAN's and SPSR's 480 by 240. */
  tiles?: boolean | TileOptions;
  /** Every `count`th batch from `index` on: sources with all the indices together give what one alone would. */
  shard?: { readonly index: number; readonly count: number };
  /** How many batches are prepared ahead in the background. Default 2. */
  prefetch?: number;
  /** How many bytes of decoded pictures are kept; what does not fit is decoded again when needed. Default 1 GiB. */
  cacheBytes?: number;
  /**
   * A folder in which decoded pictures, their low resolution and masks are kept as raw pixels, for this run and later ones:
   * tiles and pictures are then read in place of decoded. Needs the room of the pictures uncompressed; what changes is
   * made again. Default none.
   */
  cache?: string;
  /**
   * Reads, resizes and cuts in a thread of its own, so that it goes on while this one computes (a training step on the CPU
   * holds it). Sources that were not built have no such program and work here. Default false.
   */
  thread?: boolean;
  signal?: AbortSignal;
}

interface State {
  readonly seed: number;
  readonly batch: number;
}

/**
 * Batches of random patches from pictures on disk.
 *
 * In an epoch every picture is drawn once, whatever its size; of each a place on the grid of `scale`, and one of the eight
 * flips and turns. The low-resolution side is made of the whole picture, cropped to a multiple of `scale`, in 8 bits, or
 * read from `lr`; with `zoom` and with a random degradation it is made of each patch. Pictures of 16 bits are rounded to
 * 8, grey is repeated, alpha left out.
 *
 * Broken, too small and unpaired pictures are left out and listed in `skipped`. A picture that turns out broken only
 * when its pixels are decoded is replaced by the next one in order, always the same way.
 *
 * @throws `data/empty` if no picture can be used, `data/broken` if more than a tenth is broken (at once, or from
 *   `next` later), `data/masks` if masks have another size than their picture, `data/coco`, `data/option`,
 *   `picture/not-found`, `aborted`
 *
 * @example
 * const source = await folderSource({ data: 'photos', scale: 4, seed: 1 });
 * const { input, target } = await source.next();   // shapes [16, 48, 48, 3] and [16, 192, 192, 3]
 * await source.close();
 */
export async function folderSource(options: FolderSourceOptions): Promise<BatchSource> {
  const { prefetch = 2, thread = false, seed = 0, signal, ...patches } = options;
  const port = thread ? startBatchWorker(patches) : undefined;
  const maker = await (port ? openThreadMaker(port, signal) : openPatchMaker(patches, signal));
  return new FolderSource(maker, { seed, prefetch, signal });
}

class FolderSource implements BatchSource {
  readonly #maker: BatchMaker;
  readonly #prefetch: number;
  readonly #signal: AbortSignal | undefined;
  #state: State;
  /** Batches under way, the next one first. */
  #ahead: Promise<Batch>[] = [];
  #closed = false;
  /** Calls that overlap get batches one after the other. */
  readonly #turn: <T>(task: () => Promise<T>) => Promise<T> = limitConcurrency(1);

  constructor(
    maker: BatchMaker,
    { seed, prefetch, signal }: { seed: number; prefetch: number; signal: AbortSignal | undefined },
  ) {
    this.#maker = maker;
    this.#prefetch = prefetch;
    this.#signal = signal;
    this.#state = { seed, batch: 0 };
    this.#prepare();
  }

  get pictures(): number {
    return this.#maker.pictures;
  }

  get stepsPerEpoch(): number {
    return this.#maker.stepsPerEpoch;
  }

  get skipped(): readonly SkippedPicture[] {
    return this.#maker.skipped;
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
    await this.#maker.close();
  }

  async #next(signal: AbortSignal | undefined): Promise<Batch> {
    throwIfAborted(signal);
    throwIfAborted(this.#signal);
    if (this.#closed) throw new SrError({ code: 'data/closed', message: 'This source of batches has been closed.' });
    const { seed, batch: number } = this.#state;
    const batch = await (this.#ahead[0] ?? this.#maker.build(seed, number));
    throwIfAborted(signal);
    this.#ahead.shift();
    this.#state = { seed, batch: number + 1 };
    this.#prepare();
    return batch;
  }

  #prepare(): void {
    const { seed, batch } = this.#state;
    while (!this.#closed && this.#ahead.length < this.#prefetch) {
      const building = this.#maker.build(seed, batch + this.#ahead.length);
      // Who asks for this batch gets the error; until then it must not count as unhandled.
      building.catch(() => {});
      this.#ahead.push(building);
    }
  }
}
