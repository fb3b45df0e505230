// The pictures of a data set that can be used, decoded when they are needed.
import { type Picture, SrError, throwIfAborted } from 'sr-tensor';
import type { SkippedPicture } from '../batch.js';
import { type CropOptions, cropPicture, modCrop } from '../crop-picture.js';
import type { Degradation } from '../degradation.js';
import { pairPictures } from '../pair-pictures.js';
import { type PreparationStep, preparedSize, preparePicture } from '../prepare-picture.js';
import { tileGrid } from '../tile-grid.js';
import { ByteCache } from './byte-cache.js';
import { limitConcurrency } from './concurrency.js';
import { type CacheKey, DecodedCache, scaled } from './decoded-cache.js';
import { findPictures } from './find-pictures.js';
import type { Loaded, Rgb } from './loaded.js';
import { lowResolution } from './low-resolution.js';
import { type MaskOptions, masksOfFolder, type PictureMasks } from './masks-of-folder.js';
import { inspectPicture, readPicture } from './read-picture.js';

export interface PictureFolderOptions {
  readonly data: string | readonly string[];
  readonly scale: number;
  /** Side of the smallest picture that can be used, after its preparation. */
  readonly least: number;
  readonly prepare: readonly PreparationStep[];
  readonly lr?: string | undefined;
  /** How to make low resolution of whole pictures; absent: it is not made here. */
  readonly degradation?: Degradation | undefined;
  readonly masks?: MaskOptions | undefined;
  readonly tiles?: { size: number; step: number; threshold: number } | undefined;
  readonly cacheBytes: number;
  /** A folder for decoded pictures. */
  readonly cache?: string | undefined;
}

interface Entry {
  readonly path: string;
  readonly lrPath: string | undefined;
  readonly masks: PictureMasks | undefined;
  /** As the header says, and after the preparation. */
  readonly size: { readonly width: number; readonly height: number };
  readonly prepared: { readonly width: number; readonly height: number };
}

/** What patches are drawn from: a whole picture, or a tile of it. */
interface Unit {
  readonly entry: number;
  readonly area?: CropOptions;
}

/** As many as libuv has threads for, in which sharp decodes. */
const decodersAtOnce = 4;

/** A data set of which more cannot be read is not the one that was meant. */
const mostBroken = 0.1;

/** The pictures, or the tiles, that patches are drawn from. */
export class PictureFolder {
  readonly skipped: SkippedPicture[] = [];
  readonly #options: PictureFolderOptions;
  #entries: readonly Entry[] = [];
  #units: readonly Unit[] = [];
  #found = 0;
  /** Entries whose pixels turned out to be damaged. */
  readonly #broken = new Set<number>();
  readonly #loading = new Map<number, Promise<Loaded>>();
  readonly #large: ByteCache<Large>;
  readonly #small: ByteCache<Small>;
  readonly #disk: DecodedCache | undefined;
  readonly #turn: <T>(task: () => Promise<T>) => Promise<T> = limitConcurrency(decodersAtOnce);

  constructor(options: PictureFolderOptions) {
    this.#options = options;
    // Low resolution is kept apart: small, and dear to make again.
    this.#large = new ByteCache(options.cacheBytes * 0.75);
    this.#small = new ByteCache(options.cacheBytes * 0.25);
    this.#disk = options.cache === undefined ? undefined : new DecodedCache(options.cache);
  }

  /** How many pictures are in use. */
  get pictures(): number {
    return this.#entries.length - this.#broken.size;
  }

  /** How many pictures, or tiles, there were when the folder was opened. */
  get length(): number {
    return this.#units.length;
  }

  /** Looks at the header of every picture. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    const { data, lr, scale, masks } = this.#options;
    await this.#disk?.open();
    const paths = (await Promise.all([data].flat().map(path => findPictures(path as string)))).flat();
    this.#found = paths.length;
    const partners = lr === undefined ? undefined : pairPictures(paths, await findPictures(lr), { scale });
    for (const path of partners?.unpairedHr ?? []) {
      this.skipped.push({ path, kind: 'unpaired', reason: 'no low-resolution picture has its name' });
    }
    const wanted = partners ? partners.pairs : paths.map(hr => ({ hr, lr: undefined }));
    const masksOf = masks && (await masksOfFolder(masks));
    const entries = await Promise.all(
      wanted.map(({ hr, lr }) => this.#turn(() => this.#inspect(hr, lr, masksOf, signal))),
    );
    this.#entries = entries.filter(entry => entry !== undefined);
    this.#units = this.#entries.flatMap((entry, i) => unitsOf(entry, i, this.#options));
    // Headers were read side by side; the list does not depend on which came first.
    this.skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#checkUsable();
  }

  /** The picture or tile at `index` or, where its picture is broken, the next that is not. */
  async load(index: number): Promise<Loaded> {
    for (let i = index % this.#units.length; ; i = (i + 1) % this.#units.length) {
      const { entry } = this.#units[i]!;
      if (this.#broken.has(entry)) continue;
      try {
        return await this.#pixels(i);
      } catch (error) {
        if (SrError.isInstance(error) && notThePicture.includes(error.code)) throw error;
        if (!this.#broken.has(entry)) {
          this.#broken.add(entry);
          this.skipped.push({ path: this.#entries[entry]!.path, kind: 'broken', reason: messageOf(error) });
        }
        this.#checkUsable();
      }
    }
  }

  clear(): void {
    this.#large.clear();
    this.#small.clear();
  }

  async #inspect(
    path: string,
    lrPath: string | undefined,
    masksOf: ((picture: string) => PictureMasks | undefined) | undefined,
    signal?: AbortSignal,
  ): Promise<Entry | undefined> {
    throwIfAborted(signal);
    const { least, prepare } = this.#options;
    const skip = (kind: SkippedPicture['kind'], reason: string): undefined => {
      this.skipped.push({ path, kind, reason });
    };
    const size = await inspectPicture(path).catch(messageOf);
    if (typeof size === 'string') return skip('broken', size);
    const prepared = sizeAfter(size, prepare);
    if (typeof prepared === 'string') return skip('small', prepared);
    const { width, height } = prepared;
    if (Math.min(width, height) < least) {
      return skip('small', `${width} x ${height} is smaller than a patch of ${least} x ${least}`);
    }
    const masks = masksOf?.(path);
    if (masksOf && !masks) return skip('unpaired', 'no masks have its name');
    if (masks) await checkMasks(masks, path, size);
    return { path, lrPath, masks, size, prepared };
  }

  /** Asked for twice at once a unit is decoded once. */
  #pixels(index: number): Promise<Loaded> {
    const large = this.#large.get(index);
    const small = this.#small.get(index);
    if (large && (small || !this.#makesSmall)) return Promise.resolve({ ...large, ...(small && { lr: small.lr }) });
    let loading = this.#loading.get(index);
    if (!loading) {
      loading = this.#turn(() => this.#decode(index, small?.lr)).finally(() => this.#loading.delete(index));
      this.#loading.set(index, loading);
    }
    return loading;
  }

  get #makesSmall(): boolean {
    return this.#options.lr !== undefined || this.#options.degradation !== undefined;
  }

  async #decode(index: number, known: Rgb | undefined): Promise<Loaded> {
    const { entry, area } = this.#units[index]!;
    const loaded = await (this.#disk
      ? this.#throughDisk(this.#disk, this.#entries[entry]!, area)
      : this.#decoded(this.#entries[entry]!, area, known === undefined));
    const { hr, regions } = loaded;
    const lr = known ?? loaded.lr;
    const byteLength = hr.data.byteLength + (regions?.picture.data.byteLength ?? 0);
    this.#large.set(index, { hr, ...(regions && { regions }), byteLength });
    if (lr) this.#small.set(index, { lr, byteLength: lr.data.byteLength });
    return { hr, ...(lr && { lr }), ...(regions && { regions }) };
  }

  async #throughDisk(disk: DecodedCache, entry: Entry, area: CropOptions | undefined): Promise<Loaded> {
    const { scale, prepare, degradation, masks } = this.#options;
    const { path, lrPath, masks: own } = entry;
    const key: CacheKey = {
      files: [path, lrPath, own?.where].filter(file => file !== undefined),
      settings: { scale, prepare, degradation, masks },
    };
    const stored = await disk.read(key, { area, scale });
    if (stored) return stored;
    const whole = await this.#whole(entry, true);
    await disk.write(key, whole);
    return area ? tileOf(whole, area, scale) : whole;
  }

  async #decoded(entry: Entry, area: CropOptions | undefined, withSmall: boolean): Promise<Loaded> {
    const whole = await this.#whole(entry, withSmall);
    return area ? tileOf(whole, area, this.#options.scale) : whole;
  }

  /** All of a picture, decoded and prepared. */
  async #whole(entry: Entry, withSmall: boolean): Promise<Loaded> {
    const { scale, prepare } = this.#options;
    const picture = await readPicture(entry.path);
    if (picture.width !== entry.size.width || picture.height !== entry.size.height) {
      throw new SrError({
        code: 'picture/changed',
        message: `${entry.path}: expected ${entry.size.width} x ${entry.size.height} pixels as before, received ${picture.width} x ${picture.height}.`,
      });
    }
    const hr = modCrop(preparePicture(toRgb8(picture), prepare), { scale }) as Rgb;
    const lr = withSmall ? await this.#smallOf(hr, entry) : undefined;
    const regions = await entry.masks?.read();
    return {
      hr,
      ...(lr && { lr }),
      ...(regions && { regions: { ...regions, picture: preparePicture(regions.picture, prepare, { labels: true }) } }),
    };
  }

  async #smallOf(hr: Rgb, { path, lrPath }: Entry): Promise<Rgb | undefined> {
    const { scale, degradation } = this.#options;
    if (lrPath === undefined) return degradation && ((await lowResolution(hr, { degradation, scale })) as Rgb);
    const lr = toRgb8(await readPicture(lrPath));
    if (lr.width === hr.width / scale && lr.height === hr.height / scale) return lr;
    throw new SrError({
      code: 'data/pair',
      message: `${lrPath}: expected ${hr.width / scale} x ${hr.height / scale} pixels, a ${scale}th of ${path}, received ${lr.width} x ${lr.height}.`,
    });
  }

  #checkUsable(): void {
    const { least } = this.#options;
    const first = this.skipped[0];
    checkBroken(this.skipped, this.#found);
    if (this.pictures > 0) return;
    throw new SrError({
      code: 'data/empty',
      message: `Expected pictures of at least ${least} x ${least} pixels, received ${this.#found} of which none can be used. The first: ${first?.path}: ${first?.reason}`,
    });
  }
}

/** Throws `data/broken` if more than a tenth of the pictures found cannot be read. */
export function checkBroken(skipped: readonly SkippedPicture[], found: number): void {
  const broken = skipped.filter(({ kind }) => kind === 'broken');
  if (broken.length <= mostBroken * found) return;
  throw new SrError({
    code: 'data/broken',
    message: `${broken.length} of ${found} pictures cannot be used, expected at most a tenth. The first: ${broken[0]!.reason}`,
  });
}

interface Large extends Omit<Loaded, 'lr'> {
  readonly byteLength: number;
}

interface Small {
  readonly lr: Rgb;
  readonly byteLength: number;
}

/** Errors that another picture would meet as well. */
const notThePicture: readonly string[] = ['data/option', 'disk/full', 'picture/unwritable'];

function unitsOf({ prepared }: Entry, entry: number, { tiles, scale }: PictureFolderOptions): Unit[] {
  const width = prepared.width - (prepared.width % scale);
  const height = prepared.height - (prepared.height % scale);
  // A picture smaller than a tile is one.
  if (!tiles || Math.min(width, height) < tiles.size) return [{ entry }];
  return tileGrid({ width, height, tile: tiles.size, step: tiles.step, threshold: tiles.threshold }).map(area => ({
    entry,
    area,
  }));
}

function tileOf({ hr, lr, regions }: Loaded, area: CropOptions, scale: number): Loaded {
  return {
    hr: cropPicture(hr, area) as Rgb,
    ...(lr && { lr: cropPicture(lr, scaled(area, 1 / scale)) as Rgb }),
    ...(regions && { regions: { ...regions, picture: cropPicture(regions.picture, area) } }),
  };
}

/** The size, or why there is none. */
function sizeAfter(
  size: { width: number; height: number },
  steps: readonly PreparationStep[],
): { width: number; height: number } | string {
  try {
    return preparedSize(size, steps);
  } catch (error) {
    return messageOf(error);
  }
}

async function checkMasks(
  masks: PictureMasks,
  path: string,
  { width, height }: { width: number; height: number },
): Promise<void> {
  const size = await masks.size();
  if (size.width === width && size.height === height) return;
  throw new SrError({
    code: 'data/masks',
    message: `${masks.where}: expected masks of ${width} x ${height}, the size of ${path}, received ${size.width} x ${size.height}.`,
  });
}

/** RGB in 8 bits, rounded, grey repeated, without alpha. */
function toRgb8({ data, width, height, channels }: Picture): Rgb {
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
