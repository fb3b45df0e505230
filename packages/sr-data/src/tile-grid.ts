/** Tiles of large training pictures, so that a patch can be read without decoding all of a picture. */
import { SrError } from 'sr-tensor';
import type { CropOptions } from './crop-picture.js';

export interface TileGridOptions {
  readonly width: number;
  readonly height: number;
  /** Side of a tile; default 480. */
  readonly tile?: number;
  /** Pixels between the beginnings of neighbours; default 240. */
  readonly step?: number;
  /** A last tile that ends at the border is added where more than so many pixels would be left out; default 48. */
  readonly threshold?: number;
}

/**
 * The tiles that a picture is cut into, row by row.
 *
 * The defaults are those of ESRGAN's and SPSR's code (`extract_subimgs_single.py`), which make 32,208 tiles of DIV2K's 800
 * training pictures.
 *
 * @returns rectangles for `cropPicture`
 * @throws `data/option` for options that are not whole numbers or a picture smaller than a tile
 * @example
 * const grid = tileGrid({ width: photo.width, height: photo.height, tile: 240, step: 120 });
 * const tiles = grid.map(area => cropPicture(photo, area));
 */
export function tileGrid({ width, height, tile = 480, step = 240, threshold = 48 }: TileGridOptions): CropOptions[] {
  const whole = [width, height, tile, step, threshold].every(Number.isInteger);
  if (!whole || step < 1 || tile < 1 || threshold < 0 || Math.min(width, height) < tile) {
    throw new SrError({
      code: 'data/option',
      message: `tileGrid: expected a picture of at least ${tile} pixels a side in steps of whole pixels, received ${width} x ${height} in steps of ${step} (threshold ${threshold}).`,
    });
  }
  const starts = (length: number): number[] => {
    const all = Array.from({ length: Math.floor((length - tile) / step) + 1 }, (_, i) => i * step);
    const left = length - (all.at(-1)! + tile);
    return left > threshold ? [...all, length - tile] : all;
  };
  return starts(height).flatMap(top => starts(width).map(left => ({ left, top, width: tile, height: tile })));
}
