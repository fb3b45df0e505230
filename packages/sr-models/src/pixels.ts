/** Parts of pictures, without a copy where that is possible. */
import type { Picture } from 'sr-tensor';

/** A picture of zeros with the channels and bit depth of another, without its metadata. */
export function emptyPicture({ data, channels }: Picture, width: number, height: number): Picture {
  const length = width * height * channels;
  if (data instanceof Float32Array) return { data: new Float32Array(length), width, height, channels };
  if (data instanceof Uint16Array) return { data: new Uint16Array(length), width, height, channels };
  return { data: new Uint8Array(length), width, height, channels };
}

/** The rows from `top` to before `bottom`, over the same memory. */
export function rowsOf({ data, width, channels }: Picture, top: number, bottom: number): Picture {
  const row = width * channels;
  return { data: data.subarray(top * row, bottom * row), width, height: bottom - top, channels };
}

/** A copy of the columns from `left` to before `right`. */
export function columnsOf(picture: Picture, left: number, right: number): Picture {
  const copy = emptyPicture(picture, right - left, picture.height);
  const { width, height, channels } = picture;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    copy.data.set(picture.data.subarray(row + left * channels, row + right * channels), y * copy.width * channels);
  }
  return copy;
}

/** Copies `part` into `target` with its upper left corner at (`left`, `top`). */
export function paste(part: Picture, target: Picture, left: number, top: number): void {
  const row = part.width * part.channels;
  for (let y = 0; y < part.height; y++) {
    target.data.set(part.data.subarray(y * row, (y + 1) * row), ((top + y) * target.width + left) * target.channels);
  }
}
