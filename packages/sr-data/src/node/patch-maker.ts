// Random pairs of patches from folders of pictures.
//
// Every number that decides about batch b stands at a fixed place of the sequence of the seed: what belongs to the batch
// itself and then, sample by sample, the column, the row, the turn, the zoom and the seed of a degradation. Sample n of
// all takes picture n mod N of epoch floor(n / N), in whose order every picture comes once. So a batch depends on the
// seed, its number and the files alone: neither on what is prefetched or cached, nor on where a run was interrupted.
import { type Picture, Random, SrError } from 'sr-tensor';
import type { Batch, ImageBatch, MaskBatch, SkippedPicture } from '../batch.js';
import { cropPicture } from '../crop-picture.js';
import type { Degradation } from '../degradation.js';
import type { PreparationStep } from '../prepare-picture.js';
import { type ResizePictureOptions, resizePicture } from '../resize-picture.js';
import { copyMasks, copyPatch } from './copy-patch.js';
import type { FolderSourceOptions } from './folder-source.js';
import type { Loaded, Rgb } from './loaded.js';
import { lowResolution } from './low-resolution.js';
import { PictureFolder } from './picture-folder.js';

/** Makes any batch of a sequence. */
export interface BatchMaker {
  readonly pictures: number;
  readonly stepsPerEpoch: number;
  readonly skipped: readonly SkippedPicture[];
  /** @throws what keeps the batch from being made */
  build(seed: number, number: number): Promise<Batch>;
  close(): Promise<void>;
}

/** Room for those of a sample, and as much for those of a batch. */
const numbersEach = 8;

/** Where the numbers that order the epochs begin, far beyond those of samples. */
const ordersBegin = 2 ** 52;

/** What the options of `folderSource` say, without the order in which batches are asked for. */
export type PatchOptions = Omit<FolderSourceOptions, 'prefetch' | 'thread' | 'signal' | 'seed'>;

/** @throws as `folderSource` */
export async function openPatchMaker(options: PatchOptions, signal?: AbortSignal): Promise<BatchMaker> {
  const settings = settingsOf(options);
  const folder = new PictureFolder(settings.folder);
  await folder.open(signal);
  return new PatchMaker(folder, settings);
}

/** The options with their defaults, as the parts need them. */
interface Settings {
  readonly scale: number;
  readonly patchSizes: readonly number[];
  readonly batchSize: number;
  readonly turns: number;
  readonly zoom: readonly [number, number] | undefined;
  /** Of each patch; absent: low resolution comes with the picture, or is the target itself. */
  readonly degradation: Degradation | undefined;
  /** How many masks a picture has. */
  readonly masks: number;
  readonly shard: { readonly index: number; readonly count: number };
  readonly folder: ConstructorParameters<typeof PictureFolder>[0];
}

function settingsOf(options: PatchOptions): Settings {
  const { data, scale, patchSize = 48, batchSize = 16, lr, zoom } = options;
  const { crop = 'random', augment = true, shard = { index: 0, count: 1 }, cacheBytes = 2 ** 30 } = options;
  const patchSizes = [patchSize].flat() as readonly number[];
  if (patchSizes.length === 0) throw optionError('patchSize', 'at least one size', patchSizes);
  for (const [name, value] of [
    ['scale', scale],
    ...patchSizes.map(size => ['patchSize', size]),
    ['batchSize', batchSize],
  ] as const) {
    if (!isCount(value)) throw optionError(String(name), 'a positive whole number', value);
  }
  if (!isCount(shard.count) || !Number.isInteger(shard.index) || shard.index < 0 || shard.index >= shard.count) {
    throw optionError('shard', 'an index from 0 and a count above it', shard);
  }
  if (zoom && !(zoom[0] > 0 && zoom[1] >= zoom[0])) {
    throw optionError('zoom', 'two positive factors, the smaller first', zoom);
  }
  const side = Math.max(...patchSizes) * scale;
  if (crop === 'center' && (zoom || patchSizes.length > 1)) {
    throw optionError('crop', "no 'center' with a zoom or several patch sizes", crop);
  }
  const alone = {
    prepare: options.prepare?.length ? options.prepare : undefined,
    zoom,
    crop: crop === 'center' || undefined,
  };
  for (const [name, value] of Object.entries(alone)) {
    if (lr !== undefined && value !== undefined) throw optionError(name, 'nothing where lr is given', value);
  }
  const made = options.degradation ?? (scale > 1 ? { kind: 'bicubic' } : undefined);
  const degradation = lr === undefined ? made : undefined;
  const perPatch = zoom !== undefined || degradation?.kind === 'random';
  const center: PreparationStep[] = crop === 'center' ? [{ type: 'center', width: side, height: side }] : [];
  const masks = typeof options.masks === 'string' ? { path: options.masks } : options.masks;
  return {
    scale,
    patchSizes,
    batchSize,
    turns: augment === 'flip' ? 2 : augment ? 8 : 1,
    zoom,
    degradation: perPatch ? degradation : undefined,
    masks: masks ? (masks.segments ?? 6) + 1 : 0,
    shard,
    folder: {
      data,
      scale,
      // A zoom makes a picture large enough, if only it has an edge to measure.
      least: zoom ? 2 : side,
      prepare: [...(options.prepare ?? []), ...center],
      lr,
      degradation: perPatch ? undefined : degradation,
      masks,
      tiles: tilesOf(options.tiles, { side, scale }),
      cacheBytes,
      cache: options.cache,
    },
  };
}

function tilesOf(
  tiles: FolderSourceOptions['tiles'],
  { side, scale }: { side: number; scale: number },
): { size: number; step: number; threshold: number } | undefined {
  if (!tiles) return undefined;
  const { size = 480, step = 240, threshold = 48 } = tiles === true ? {} : tiles;
  const fits =
    isCount(size) && isCount(step) && threshold >= 0 && size >= side && size % scale === 0 && step % scale === 0;
  if (fits) return { size, step, threshold };
  throw optionError('tiles', `a size of at least ${side} and a step, both multiples of ${scale}`, tiles);
}

class PatchMaker implements BatchMaker {
  readonly #folder: PictureFolder;
  readonly #settings: Settings;
  /** The orders of the epochs in use. */
  readonly #orders = new Map<string, readonly number[]>();

  constructor(folder: PictureFolder, settings: Settings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  get pictures(): number {
    return this.#folder.pictures;
  }

  get stepsPerEpoch(): number {
    const { batchSize, shard } = this.#settings;
    return Math.ceil(this.#folder.length / (batchSize * shard.count));
  }

  get skipped(): readonly SkippedPicture[] {
    return this.#folder.skipped;
  }

  async close(): Promise<void> {
    this.#folder.clear();
  }

  async build(seed: number, own: number): Promise<Batch> {
    const { scale, patchSizes, batchSize, masks, turns, shard } = this.#settings;
    const number = own * shard.count + shard.index;
    const begin = number * (batchSize + 1) * numbersEach;
    const patchSize = patchSizes[new Random({ seed, position: begin }).int(patchSizes.length)]!;
    const samples = await Promise.all(
      Array.from({ length: batchSize }, async (_, k) => {
        const random = new Random({ seed, position: begin + (k + 1) * numbersEach });
        const numbers: Numbers = {
          column: random.uniform(),
          row: random.uniform(),
          turn: random.int(turns),
          zoom: random.uniform(),
          seed: random.uint32(),
        };
        const loaded = await this.#folder.load(this.#picture(seed, number * batchSize + k));
        return { ...(await this.#cut(loaded, numbers, patchSize)), turn: numbers.turn };
      }),
    );
    const side = patchSize * scale;
    const target = emptyBatch(batchSize, side);
    const input = samples[0]!.lr ? emptyBatch(batchSize, patchSize) : target;
    const regions: MaskBatch | undefined = masks
      ? { data: new Float32Array(batchSize * side * side * masks), shape: [batchSize, side, side, masks] }
      : undefined;
    for (const [i, sample] of samples.entries()) {
      const { left, top, turn } = sample;
      copyPatch(sample.hr, { left, top, turn }, target, i);
      if (sample.lr) copyPatch(sample.lr, { left: left / scale, top: top / scale, turn }, input, i);
      if (regions) {
        const { picture, count } = sample.regions!;
        copyMasks(picture as Rgb, { left, top, turn, count }, regions, i);
      }
    }
    return { input, target, ...(regions && { masks: regions }) };
  }

  /** The picture that sample `number` of all takes. */
  #picture(seed: number, number: number): number {
    const { length } = this.#folder;
    const epoch = Math.floor(number / length);
    const key = `${seed} ${epoch}`;
    let order = this.#orders.get(key);
    if (!order) {
      order = new Random({ seed, position: ordersBegin + epoch * length }).permutation(length);
      // Batches are built in order: more than two epochs are never in use but for tiny sets.
      if (this.#orders.size > 2) this.#orders.delete(this.#orders.keys().next().value!);
      this.#orders.set(key, order);
    }
    return order[number % length]!;
  }

  /** Pictures and the place in them of a patch, in pixels of the large one; patches themselves where they are made anew. */
  async #cut(loaded: Loaded, { column, row, zoom, seed }: Numbers, patchSize: number): Promise<Cut> {
    const { scale, degradation, zoom: range } = this.#settings;
    const side = patchSize * scale;
    if (!range && !degradation) {
      const { width, height } = loaded.hr;
      const left = Math.floor(column * ((width - side) / scale + 1)) * scale;
      return { ...loaded, left, top: Math.floor(row * ((height - side) / scale + 1)) * scale };
    }
    const size = range ? zoomed(loaded.hr, range[0] + zoom * (range[1] - range[0]), side) : loaded.hr;
    const area = {
      left: Math.floor(column * (size.width - side + 1)),
      top: Math.floor(row * (size.height - side + 1)),
      width: side,
      height: side,
    };
    const patchOf = (picture: Picture, options: ResizePictureOptions = {}): Picture =>
      range ? resizePicture(picture, size, { preset: 'pil', area, ...options }) : cropPicture(picture, area);
    const hr = patchOf(loaded.hr) as Rgb;
    const regions = loaded.regions && {
      ...loaded.regions,
      picture: patchOf(loaded.regions.picture, { kernel: 'nearest' }),
    };
    const lr = degradation && ((await lowResolution(hr, { degradation, scale, seed })) as Rgb);
    return { hr, ...(lr && { lr }), ...(regions && { regions }), left: 0, top: 0 };
  }
}

/** The random numbers of a sample. */
interface Numbers {
  readonly column: number;
  readonly row: number;
  readonly turn: number;
  readonly zoom: number;
  readonly seed: number;
}

interface Cut extends Loaded {
  readonly left: number;
  readonly top: number;
}

/** The size of a picture made larger by a factor, or by as much as it takes for a square to fit with a pixel to spare. */
function zoomed(
  { width, height }: { width: number; height: number },
  factor: number,
  side: number,
): { width: number; height: number } {
  const enough = Math.max(factor, side / (Math.min(width, height) - 1));
  return { width: Math.floor(width * enough), height: Math.floor(height * enough) };
}

function emptyBatch(batch: number, side: number): ImageBatch {
  return { data: new Float32Array(batch * side * side * 3), shape: [batch, side, side, 3] };
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

function optionError(name: string, expected: string, received: unknown): SrError {
  return new SrError({
    code: 'data/option',
    message: `folderSource: expected ${expected} as ${name}, received ${JSON.stringify(received)}.`,
  });
}
