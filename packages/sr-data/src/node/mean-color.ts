import { fullValue, throwIfAborted } from 'sr-tensor';
import { findPictures } from './find-pictures.js';
import { readPicture } from './read-picture.js';

export interface MeanColorOptions {
  signal?: AbortSignal;
  /** Called after each picture. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * The mean colour of all pixels of a data set, by which networks centre their inputs.
 *
 * Every pixel counts the same, whatever the size of its picture; grey counts as three equal colours, alpha is left out. Each
 * picture is read once and let go.
 *
 * @param data folders or files of pictures; folders are searched with all below them
 * @returns red, green, blue in [0, 1]
 * @throws what `findPictures` and `readPicture` throw, `aborted`
 * @example
 * const mean = await meanColor('photos'); // of DIV2K: [0.4488, 0.4371, 0.4040]
 */
export async function meanColor(
  data: string | readonly string[],
  { signal, onProgress }: MeanColorOptions = {},
): Promise<[red: number, green: number, blue: number]> {
  const folders = typeof data === 'string' ? [data] : data;
  const paths = (await Promise.all(folders.map(findPictures))).flat();
  const sums: [number, number, number] = [0, 0, 0];
  let pixels = 0;
  for (const [i, path] of paths.entries()) {
    throwIfAborted(signal);
    const picture = await readPicture(path, signal ? { signal } : {});
    const { data: values, channels } = picture;
    const factor = 1 / fullValue(picture);
    const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
    const own: [number, number, number] = [0, 0, 0];
    for (let at = 0; at < values.length; at += channels) {
      own[0] += values[at]!;
      own[1] += values[at + green]!;
      own[2] += values[at + blue]!;
    }
    for (const c of [0, 1, 2] as const) sums[c] += own[c] * factor;
    pixels += picture.width * picture.height;
    onProgress?.({ done: i + 1, total: paths.length });
  }
  return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
}
