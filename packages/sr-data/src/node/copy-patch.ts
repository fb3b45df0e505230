/** The inner loops of batches: a square of bytes becomes floats, flipped and turned on the way. */
import type { ImageBatch, MaskBatch } from '../batch.js';

/** Interleaved bytes. */
export interface Bytes {
  readonly data: Uint8Array;
  readonly width: number;
}

export interface Place {
  readonly left: number;
  readonly top: number;
  /** 0 to 7: bit 0 mirrors left and right, bit 1 top and bottom, bit 2 exchanges rows and columns. */
  readonly turn: number;
}

/** value / 255 in float32. */
const unit = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** Copies a square of RGB into image `index` of a batch. */
export function copyPatch(from: Bytes, { left, top, turn }: Place, to: ImageBatch, index: number): void {
  const side = to.shape[1];
  const { data, width } = from;
  const out = to.data;
  const { first, inner, outer } = turned(side, turn);
  const begin = (index * side * side + first) * 3;
  const step = inner * 3;
  for (let y = 0; y < side; y++) {
    let source = ((top + y) * width + left) * 3;
    let at = begin + y * outer * 3;
    for (const end = source + side * 3; source < end; source += 3, at += step) {
      out[at] = unit[data[source]!]!;
      out[at + 1] = unit[data[source + 1]!]!;
      out[at + 2] = unit[data[source + 2]!]!;
    }
  }
}

/**
 * Copies a square of packed regions into image `index` of a batch of masks.
 *
 * @param from a byte a pixel: bit k is set inside region k
 * @param count how many bits are in use; the masks beyond them show what no region covers
 */
export function copyMasks(
  from: Bytes,
  { left, top, turn, count }: Place & { count: number },
  to: MaskBatch,
  index: number,
): void {
  const [, side, , masks] = to.shape;
  const { data, width } = from;
  const out = to.data;
  const { first, inner, outer } = turned(side, turn);
  const begin = index * side * side + first;
  for (let y = 0; y < side; y++) {
    const row = (top + y) * width + left;
    for (let x = 0; x < side; x++) {
      const bits = data[row + x]!;
      const at = (begin + y * outer + x * inner) * masks;
      for (let k = 0; k < masks; k++) out[at + k] = k < count ? (bits >> k) & 1 : +(bits === 0);
    }
  }
}

/** Where the upper left pixel of a square goes to, and how far from it its neighbours to the right and below go. */
function turned(side: number, turn: number): { first: number; inner: number; outer: number } {
  const [across, down] = turn & 4 ? [side, 1] : [1, side];
  const last = side - 1;
  return {
    first: (turn & 1 ? last * across : 0) + (turn & 2 ? last * down : 0),
    inner: turn & 1 ? -across : across,
    outer: turn & 2 ? -down : down,
  };
}
