import { h } from './dom.js';

/** A small picture that fills its frame. */
export function thumbnail(bitmap: ImageBitmap, attributes: Record<string, string> = {}): HTMLCanvasElement {
  const [width, height] = [112, 84];
  const canvas = h('canvas', { width, height, ...attributes });
  const cover = Math.max(width / bitmap.width, height / bitmap.height);
  const [w, ht] = [bitmap.width * cover, bitmap.height * cover];
  canvas.getContext('2d')!.drawImage(bitmap, (width - w) / 2, (height - ht) / 2, w, ht);
  return canvas;
}
