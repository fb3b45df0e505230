/** Pictures in rows and columns with names, as one file. */

import sharp, { type OverlayOptions } from 'sharp';
import { encodePicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';

export interface GridRow {
  /** Left of its pictures. */
  readonly name: string;
  /** Stands over it. */
  readonly heading?: string;
  /** With a text below each; undefined leaves a gap. */
  readonly cells: readonly ({ readonly picture: Picture; readonly text?: string } | undefined)[];
}

const gap = 6;
const line = 22;

/** Writes the grid, in the format of the path's ending (WebP without loss); all pictures should have about the size of the first. */
export async function writePictureGrid(
  path: string,
  { columns, rows }: { columns: readonly string[]; rows: readonly GridRow[] },
): Promise<void> {
  const shown = rows.flatMap(({ cells }) => cells).filter(cell => cell !== undefined);
  const cellWidth = Math.max(...shown.map(({ picture }) => picture.width));
  const cellHeight = Math.max(...shown.map(({ picture }) => picture.height));
  const left = rows.some(({ name }) => name !== '') ? 110 : 0;
  const step = cellHeight + line + gap;
  const width = left + columns.length * (cellWidth + gap);
  const layers: OverlayOptions[] = [];
  const texts: string[] = columns.map((name, i) => text(name, left + i * (cellWidth + gap) + cellWidth / 2, 16));
  let top = columns.some(name => name !== '') ? line : 0;
  for (const { name, heading, cells } of rows) {
    if (heading !== undefined) {
      texts.push(text(heading, width / 2, top + 16, 'bold'));
      top += line;
    }
    if (name !== '') texts.push(text(name, left / 2, top + cellHeight / 2));
    for (const [c, cell] of cells.entries()) {
      if (cell === undefined) continue;
      const x = left + c * (cellWidth + gap);
      const input = Buffer.from(await encodePicture(cell.picture, { format: 'png' }));
      layers.push({ input, left: x, top });
      if (cell.text !== undefined) texts.push(text(cell.text, x + cellWidth / 2, top + cell.picture.height + 16));
    }
    top += step;
  }
  const height = top;
  const svg = `<svg width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#333" text-anchor="middle">${texts.join('')}</svg>`;
  const sheet = sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha();
  await (path.endsWith('.webp') ? sheet.webp({ lossless: true }) : sheet).toFile(path);
}

function text(content: string, x: number, y: number, weight = 'normal'): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x}" y="${y}" font-weight="${weight}">${escaped}</text>`;
}
