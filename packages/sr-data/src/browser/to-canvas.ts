import { checkPicture, hasAlpha, type Picture } from 'sr-tensor';
import { toBitDepth } from '../bit-depth.js';

/**
 * A picture as `ImageData`: RGBA in 8 bits, not premultiplied, values read as sRGB.
 *
 * Grey is repeated, missing alpha is 255, 16 bits and floats are rounded to 8.
 */
export function toImageData(picture: Picture): ImageData {
  checkPicture(picture);
  const { data, width, height, channels } = toBitDepth(picture, 8);
  const image = new ImageData(width, height);
  const [g, b] = channels >= 3 ? [1, 2] : [0, 0];
  const alpha = hasAlpha(picture);
  for (let from = 0, to = 0; to < image.data.length; from += channels, to += 4) {
    image.data[to] = data[from]!;
    image.data[to + 1] = data[from + g]!;
    image.data[to + 2] = data[from + b]!;
    image.data[to + 3] = alpha ? data[from + channels - 1]! : 255;
  }
  return image;
}

/**
 * A canvas that shows a picture at its own size.
 *
 * @example
 * figure.replaceChildren(toCanvas(await upscaler.upscale(await fromElement(img))));
 */
export function toCanvas(picture: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')!.putImageData(toImageData(picture), 0, 0);
  return canvas;
}
