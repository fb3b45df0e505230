/** A picture as a PNG file in memory. */
import type { Picture } from 'sr-tensor';
import { createPngWriter } from './png.js';

export async function pngFile(picture: Picture): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const png = createPngWriter(picture, async chunk => void chunks.push(chunk as Uint8Array<ArrayBuffer>));
  await png.write(picture);
  await png.close();
  return new Blob(chunks, { type: 'image/png' });
}
