// Decoded pictures on disk, so that a tile is read by its rows in place of decoding all of a picture.
//
// A file a picture: "SRP1", the length of the header (uint32, little endian), the header as JSON, then the planes as they
// are: high resolution, low resolution, regions. Its name says how it was made, its header of which files.
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Picture } from 'sr-tensor';
import type { CropOptions } from '../crop-picture.js';
import { writeAtomically, writeError } from './atomic-file.js';
import type { Loaded, Rgb } from './loaded.js';

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

interface Header {
  /** Sizes and times of the files that it was made from. */
  readonly stamp: string;
  readonly hr: Plane;
  readonly lr?: Plane;
  readonly regions?: Plane & { readonly count: number };
}

const magic = 'SRP1';

/** How much is read at first; headers are far smaller. */
const firstBytes = 4096;

export interface CacheKey {
  /** The files that the pixels are made from. */
  readonly files: readonly string[];
  /** Everything else that they depend on, as plain data. */
  readonly settings: unknown;
}

export class DecodedCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws `picture/unwritable` */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true }).catch(error => {
      throw writeError(this.#folder, error);
    });
  }

  /**
   * A picture, or an area of it.
   *
   * @param scale how many times smaller the low resolution is, for the area
   * @returns undefined if it is not there, or its files have changed since
   */
  async read(
    key: CacheKey,
    { area, scale }: { area: CropOptions | undefined; scale: number },
  ): Promise<Loaded | undefined> {
    const file = await open(this.#pathOf(key)).catch(() => undefined);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      const start = Buffer.alloc(Math.min(firstBytes, size));
      await file.read(start, 0, start.length, 0);
      const found = headerOf(start);
      if (!found || found.header.stamp !== (await stampOf(key.files))) return undefined;
      const { hr, lr, regions } = found.header;
      const begins = offsets(found.end, [hr, lr, regions]);
      if (begins[3] !== size) return undefined;
      const small = area && scaled(area, 1 / scale);
      return {
        hr: (await readPlane(file, begins[0]!, hr, area)) as Rgb,
        ...(lr && { lr: (await readPlane(file, begins[1]!, lr, small)) as Rgb }),
        ...(regions && {
          regions: { picture: await readPlane(file, begins[2]!, regions, area), count: regions.count },
        }),
      };
    } finally {
      await file.close();
    }
  }

  /** @throws `disk/full`, `picture/unwritable` */
  async write(key: CacheKey, { hr, lr, regions }: Loaded): Promise<void> {
    const plane = ({ width, height, channels }: Picture) => ({ width, height, channels }) as Plane;
    const header: Header = {
      stamp: await stampOf(key.files),
      hr: plane(hr),
      ...(lr && { lr: plane(lr) }),
      ...(regions && { regions: { ...plane(regions.picture), count: regions.count } }),
    };
    const text = Buffer.from(JSON.stringify(header));
    const start = Buffer.alloc(8);
    start.write(magic);
    start.writeUInt32LE(text.length, 4);
    const planes = [hr, lr, regions?.picture].filter(picture => picture !== undefined);
    const bytes = [start, text, ...planes.map(({ data }) => data as Uint8Array)];
    await writeAtomically(this.#pathOf(key), temporary => writeFile(temporary, Buffer.concat(bytes)));
  }

  #pathOf({ files, settings }: CacheKey): string {
    const what = JSON.stringify([files.map(file => resolve(file)), settings]);
    return join(this.#folder, `${createHash('sha256').update(what).digest('hex').slice(0, 32)}.pixels`);
  }
}

async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map(file => stat(file)));
  return stats.map(({ size, mtimeMs }) => `${size} ${mtimeMs}`).join(', ');
}

function headerOf(start: Buffer): { header: Header; end: number } | undefined {
  if (start.length < 8 || start.toString('latin1', 0, 4) !== magic) return undefined;
  const end = 8 + start.readUInt32LE(4);
  return end > start.length ? undefined : { header: JSON.parse(start.toString('utf8', 8, end)), end };
}

/** Where each plane begins, and where the file ends. */
function offsets(begin: number, planes: readonly (Plane | undefined)[]): number[] {
  const begins = [begin];
  for (const plane of planes) begins.push(begins.at(-1)! + (plane ? plane.width * plane.height * plane.channels : 0));
  return begins;
}

async function readPlane(
  file: FileHandle,
  begin: number,
  { width, height, channels }: Plane,
  area: CropOptions = { left: 0, top: 0, width, height },
): Promise<Picture> {
  const row = width * channels;
  const rows = new Uint8Array(row * area.height);
  await file.read(rows, 0, rows.length, begin + area.top * row);
  const size = { width: area.width, height: area.height, channels };
  if (area.width === width) return { data: rows, ...size };
  const wanted = area.width * channels;
  const data = new Uint8Array(wanted * area.height);
  for (let y = 0; y < area.height; y++) {
    const from = y * row + area.left * channels;
    data.set(rows.subarray(from, from + wanted), y * wanted);
  }
  return { data, ...size };
}

/** An area in pixels of another resolution. */
export function scaled({ left, top, width, height }: CropOptions, factor: number): CropOptions {
  return { left: left * factor, top: top * factor, width: width * factor, height: height * factor };
}
