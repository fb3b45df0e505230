/**
 * Colours for pixels that nobody sees.
 *
 * Files keep any colour, often black, under fully transparent pixels; a network would mix it into the visible pixels
 * beside them (black fringes). Such pixels take the colour of their visible neighbours instead.
 */
import type { Picture } from 'sr-tensor';

/**
 * The picture with every fully transparent pixel that lies within `distance` of a visible one coloured by ring: each
 * ring takes the mean of its neighbours in the rings before. A pixel depends on no other further than `distance`.
 *
 * @param picture with or without alpha; not changed
 * @param distance in pixels, diagonal steps counted as one; at most 254
 * @returns the same picture if it has no fully transparent pixel
 */
export function spreadVisibleColors(picture: Picture, distance: number): Picture {
  const { width, height, channels } = picture;
  if (channels !== 2 && channels !== 4) return picture;
  const rings = ringsOf(picture);
  if (!rings.includes(unknown)) return picture;
  const data = picture.data.slice();
  const colors = channels - 1;
  const sums = new Float64Array(colors);

  for (let ring = 1, found = true; found && ring <= distance; ring++) {
    found = false;
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let x = 0; x < width; x++, pixel++) {
        if (rings[pixel] !== unknown) continue;
        let neighbours = 0;
        sums.fill(0);
        for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
          for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
            if (rings[v * width + u]! >= ring) continue;
            for (let c = 0; c < colors; c++) sums[c]! += data[(v * width + u) * channels + c]!;
            neighbours++;
          }
        }
        if (neighbours === 0) continue;
        found = true;
        rings[pixel] = ring;
        for (let c = 0; c < colors; c++) data[pixel * channels + c] = sums[c]! / neighbours;
      }
    }
  }
  return { ...picture, data };
}

const unknown = 255;

/** 0 for a visible pixel, `unknown` for others. */
function ringsOf({ data, width, height, channels }: Picture): Uint8Array {
  const rings = new Uint8Array(width * height);
  for (let pixel = 0, at = channels - 1; pixel < rings.length; pixel++, at += channels) {
    if (data[at] === 0) rings[pixel] = unknown;
  }
  return rings;
}
