/** What tools/oracles/metrics.py wrote, as cases for the tests. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import type { PlaneOptions } from '../planes.js';

interface GoldenValues {
  psnr: number;
  ssim: number;
  downsample: number;
  zeroPadded: number;
  /** Where the sizes are even, so that piq's halving is MATLAB's. */
  piq?: number;
  psnrOfExactLuma?: number;
  /** Of small pictures, row by row, where the window fits. */
  map?: number[];
}

interface Golden {
  tolerance: { psnr: number; ssim: number };
  cases: (GoldenValues & {
    result: string;
    reference: string;
    sha256: [string, string];
    channel: 'rgb' | 'y';
    cropBorder: number;
  })[];
  patterns: (GoldenValues & { width: number; height: number })[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('./metrics.json', import.meta.url), 'utf8'));

export const tolerance: Golden['tolerance'] = golden.tolerance;

export interface GoldenPair {
  readonly name: string;
  readonly golden: GoldenValues;
  readonly options: PlaneOptions;
  read(): Promise<[result: Picture, reference: Picture]>;
}

/** Pairs of real pictures; none where the test assets are absent. */
export function goldenPairs(): GoldenPair[] {
  const folder = assetsFolder('data/iqa');
  if (folder === undefined) return [];
  return golden.cases.map(({ result, reference, sha256, channel, cropBorder, ...values }) => ({
    name: `${result}, ${channel}, crop ${cropBorder}`,
    golden: values,
    options: { channel, cropBorder },
    read: async () => [
      await readAsset(join(folder, '../..', result), sha256[0]),
      await readAsset(join(folder, '../..', reference), sha256[1]),
    ],
  }));
}

/** Synthetic pairs, of the sizes that the real ones lack. */
export function goldenPatterns(): { width: number; height: number; pair: [Picture, Picture]; golden: GoldenValues }[] {
  return golden.patterns.map(({ width, height, ...values }) => ({
    width,
    height,
    golden: values,
    pair: patternPair(width, height),
  }));
}

/** The same formula as `pattern` of the script. */
export function patternPair(width: number, height: number): [Picture, Picture] {
  const pattern = (phase: number): Picture => {
    const data = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return (x * 7 + y * 13 + ((x * y) % 31) * 3 + phase * ((x + 2 * y) % 17)) % 256;
    });
    return { data, width, height, channels: 1 };
  };
  return [pattern(1), pattern(2)];
}

async function readAsset(path: string, sha256: string): Promise<Picture> {
  const bytes = readFileSync(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${path}: expected SHA-256 ${sha256}, received ${found}: not the golden file.`);
  return readPicture(bytes);
}
