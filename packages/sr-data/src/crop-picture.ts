import { bitDepth, checkPicture, type Picture, SrError } from 'sr-tensor';

/** A rectangle in pixels. */
export interface CropOptions {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * A rectangle cut out of a picture.
 *
 * @param area whole pixels that lie in the picture
 * @returns a picture of `area.width` x `area.height` with a copy of the data; channels, depth and metadata are kept
 * @throws `picture/crop` if the rectangle does not lie in the picture
 *
 * @example
 * const face = cropPicture(photo, { left: 120, top: 80, width: 256, height: 256 });
 */
export function cropPicture(picture: Picture, area: CropOptions): Picture {
  checkPicture(picture);
  const { left, top, width, height } = area;
  const whole = [left, top, width, height].every(Number.isInteger);
  const inside = left >= 0 && top >= 0 && left + width <= picture.width && top + height <= picture.height;
  if (!whole || !inside || width < 1 || height < 1) {
    throw new SrError({
      code: 'picture/crop',
      message: `cropPicture: expected a rectangle in whole pixels inside ${picture.width} x ${picture.height}, received ${width} x ${height} at (${left}, ${top}).`,
    });
  }
  const row = width * picture.channels;
  const storage = { 8: Uint8Array, 16: Uint16Array, 32: Float32Array }[bitDepth(picture)];
  const data = new storage(row * height);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * picture.channels;
    data.set(picture.data.subarray(from, from + row), y * row);
  }
  return { ...picture, data, width, height };
}

/**
 * A picture without the last rows and columns that do not fill a whole step of `scale`, as benchmarks prepare the
 * reference before it is made smaller.
 *
 * @returns the picture itself if its sizes are multiples of `scale`
 * @throws `picture/crop` if nothing would be left
 */
export function modCrop(picture: Picture, { scale }: { scale: number }): Picture {
  const width = picture.width - (picture.width % scale);
  const height = picture.height - (picture.height % scale);
  if (width === picture.width && height === picture.height) return picture;
  return cropPicture(picture, { left: 0, top: 0, width, height });
}
