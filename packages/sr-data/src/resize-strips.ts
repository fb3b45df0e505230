/** Resizing of a picture that comes in strips, so that neither it nor the result is ever held as a whole. */
import { bitDepth, type Picture, SrError } from 'sr-tensor';
import { cropPicture } from './crop-picture.js';
import { resizePicture } from './resize-picture.js';

export interface ResizeStripsOptions {
  /** How many rows of the picture become how many: `[4, 3]` for three quarters. Whole numbers from 1. */
  readonly ratio: readonly [from: number, to: number];
  /** The height of all strips together: a multiple of `from`, as the width has to be. */
  readonly height: number;
}

/**
 * The picture in another size, strip by strip: equals `resizePicture` of the whole (MATLAB's bicubic).
 *
 * A strip waits until the rows below that its last ones are made of have come; a few rows are held between.
 *
 * @param strips of the full width, from top to bottom, all of one depth and number of channels
 * @throws `resize/size` for sizes that are no multiples, from the iteration
 *
 * @example
 * // Twice as large by a network for four times:
 * const strips = resizeStrips(upscaler.strips(photo), { ratio: [2, 1], height: photo.height * 4 });
 */
export async function* resizeStrips(
  strips: AsyncIterable<Picture>,
  { ratio, height }: ResizeStripsOptions,
): AsyncGenerator<Picture> {
  const divisor = greatestCommonDivisor(...ratio);
  const [from, to] = [ratio[0] / divisor, ratio[1] / divisor];
  // The cubic kernel reaches two pixels of the smaller picture; windows begin where both grids meet.
  const margin = from * Math.ceil((2 * Math.max(1, from / to) + 1) / from);
  let held: Picture | undefined;
  let heldTop = 0;
  let done = 0;
  for await (const strip of strips) {
    if (height % from !== 0 || strip.width % from !== 0) throw notDivisible(strip.width, height, from);
    held = held === undefined ? strip : stacked(held, strip);
    const bottom = heldTop + held.height;
    const end = bottom === height ? height : Math.floor((bottom - margin) / from) * from;
    if (end <= done) continue;
    const top = Math.max(done - margin, 0);
    const window = rows(held, top - heldTop, Math.min(end + margin, bottom) - heldTop);
    const width = (window.width / from) * to;
    const area = { left: 0, top: ((done - top) / from) * to, width, height: ((end - done) / from) * to };
    yield resizePicture(window, { width, height: (window.height / from) * to }, { area });
    done = end;
    const keep = Math.max(done - margin, 0);
    held = keep < bottom ? rows(held, keep - heldTop, held.height) : undefined;
    heldTop = keep;
  }
}

function rows(picture: Picture, top: number, bottom: number): Picture {
  return cropPicture(picture, { left: 0, top, width: picture.width, height: bottom - top });
}

function stacked(above: Picture, below: Picture): Picture {
  const storage = { 8: Uint8Array, 16: Uint16Array, 32: Float32Array }[bitDepth(above)];
  const data = new storage(above.data.length + below.data.length);
  data.set(above.data);
  data.set(below.data, above.data.length);
  return { ...above, data, height: above.height + below.height };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function notDivisible(width: number, height: number, by: number): SrError {
  return new SrError({
    code: 'resize/size',
    message: `resizeStrips: expected a width and a height that are multiples of ${by}, received ${width} x ${height}. Cut the picture first (modCrop).`,
  });
}
