/** Golden values of sr-metrics with the pictures that they belong to, for tables in docs/. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cropPicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';

/** The folder of test pictures and networks; see CONTRIBUTING. */
export const assets: string = process.env.SR_TEST_ASSETS ?? '../shared';

type Area = readonly [left: number, top: number, width: number, height: number];

/** What tools/oracles wrote, from the root of the repository. */
// biome-ignore lint/suspicious/noExplicitAny: each file has its own fields
export function readGolden(name: string): any {
  return JSON.parse(readFileSync(`packages/sr-metrics/src/golden/${name}.json`, 'utf8'));
}

/** A picture, or its part, that a golden value belongs to; throws if it is another file. */
export async function readAsset(path: string, sha256?: string, area?: Area): Promise<Picture> {
  const bytes = readFileSync(join(assets, path));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== undefined && found !== sha256) throw new Error(`${path}: expected SHA-256 ${sha256}, found ${found}.`);
  const picture = await readPicture(bytes);
  if (area === undefined) return picture;
  const [left, top, width, height] = area;
  return cropPicture(picture, { left, top, width, height });
}

/** The middle square of a picture. */
export function middle(picture: Picture, side: number): Picture {
  const left = Math.floor((picture.width - side) / 2);
  const top = Math.floor((picture.height - side) / 2);
  return cropPicture(picture, { left, top, width: side, height: side });
}

/** Markdown; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  return [head!, head!.map(() => '---'), ...body].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
