/**
 * How a picture is cut into tiles so that the tiles together equal the whole.
 *
 * A network pads with zeros at each of its layers, so that what it gives near the border of a tile is wrong, except
 * where that is the border of the picture too. Tiles therefore overlap by the network's radius to each side and are
 * cropped to their core; the first begins and the last ends exactly at the picture's border. All tiles of a picture
 * have one size (GPUs compile their shaders once): the last is shifted inwards rather than shrunk.
 */

/** A stretch of an axis: what the network sees, and the part of it that is kept. In pixels of the input. */
export interface Span {
  readonly start: number;
  readonly size: number;
  readonly coreStart: number;
  readonly coreEnd: number;
}

/** Sides are multiples of this, so that pictures of about the same size share their shaders. */
const granularity = 16;

/**
 * The side of the tiles along an axis: at most `tile`, and no more than an even division needs.
 *
 * @param length of the axis
 * @param tile largest side, overlaps included; larger than twice `overlap`
 * @param options.lanes how many tiles are computed at a time: their number becomes a multiple of it; default 1
 */
export function tileSide(
  length: number,
  tile: number,
  overlap: number,
  { lanes = 1 }: { lanes?: number } = {},
): number {
  const enough = length <= tile ? 1 : Math.ceil((length - 2 * overlap) / (tile - 2 * overlap));
  const count = Math.ceil(enough / lanes) * lanes;
  if (count === 1) return length;
  const even = Math.ceil((length + 2 * overlap * (count - 1)) / count);
  return Math.min(length, tile, Math.ceil(Math.max(even, smallestTile(overlap)) / granularity) * granularity);
}

/**
 * The span whose core begins at `from`.
 *
 * @param side of the tiles, at most `length` and larger than twice `overlap` unless it is `length`
 */
export function nextSpan(length: number, side: number, overlap: number, from: number): Span {
  const start = from === 0 ? 0 : Math.min(from - overlap, length - side);
  const end = start + side;
  return { start, size: side, coreStart: from, coreEnd: end === length ? length : end - overlap };
}

/** The smallest side of a tile that is worth computing. */
export function smallestTile(overlap: number): number {
  return 2 * overlap + granularity;
}

/** All spans of an axis, from its begin or from the core that begins at `from`. */
export function spans(length: number, side: number, overlap: number, from = 0): Span[] {
  const found: Span[] = [];
  for (let core = from; core < length; core = found.at(-1)!.coreEnd) found.push(nextSpan(length, side, overlap, core));
  return found;
}
