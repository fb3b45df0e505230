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

/** Largest sides of tiles, overlaps included. */
export interface TileLimits {
  readonly width: number;
  readonly height: number;
}

/**
 * The shape of tiles, of at most `tile` x `tile` pixels in all, with which a picture takes the least computing: where one
 * side of the picture fits, there is no overlap along it.
 *
 * @param tile at least `smallestTile(overlap)`
 */
export function tileLimits(
  { width, height }: { readonly width: number; readonly height: number },
  tile: number,
  overlap: number,
  { lanes = 1 }: { lanes?: number } = {},
): TileLimits {
  const smallest = smallestTile(overlap);
  const pixels = (limits: TileLimits): number => {
    const sides = [
      tileSide(height, limits.height, overlap),
      tileSide(width, limits.width, overlap, { lanes }),
    ] as const;
    return sides[0] * spans(height, sides[0], overlap).length * sides[1] * spans(width, sides[1], overlap).length;
  };
  let best: TileLimits = { width: tile, height: tile };
  let least = pixels(best);
  // From high and narrow to wide and low tiles.
  for (let high = Math.min(height, 2 * tile); 2 * high >= tile || high === height; high -= granularity) {
    const limits = { width: Math.min(2 * tile, Math.floor(tile ** 2 / high)), height: high };
    if (high < Math.min(smallest, height) || limits.width < Math.min(smallest, width)) continue;
    const needed = pixels(limits);
    if (needed < least) [best, least] = [limits, needed];
  }
  return best;
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
