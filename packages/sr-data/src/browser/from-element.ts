// Pixels as the file has them: without conversion by colour profile and without premultiplied alpha.
//
// A 2D canvas stores premultiplied values, from which the colours of transparent pixels cannot be had back exactly.
// So it serves for opaque pictures only; others are read through a WebGL texture.
import { type Picture, SrError } from 'sr-tensor';

/** What a page shows pictures with. */
export type PictureElement = HTMLImageElement | HTMLCanvasElement | HTMLVideoElement | OffscreenCanvas | ImageBitmap;

/**
 * The picture in a file that the page holds, such as one chosen by the user.
 *
 * @returns RGB, or RGB and alpha where a pixel is not opaque, in 8 bits; the EXIF orientation is applied, the colour
 *   profile ignored: values are those of the file
 * @throws `picture/damaged` if the browser cannot decode it, `picture/too-large` if no canvas of it holds the picture
 *
 * @example
 * const photo = await fromBlob(fileInput.files![0]!);
 */
export async function fromBlob(blob: Blob): Promise<Picture> {
  return read(blob);
}

/**
 * The picture that an element shows, at its own size, not the one on the page.
 *
 * @returns as `fromBlob`
 * @throws `picture/damaged` if the element shows nothing, `picture/unreadable` if it comes from another origin that
 *   does not allow it to be read
 *
 * @example
 * const photo = await fromElement(document.querySelector('img')!);
 */
export async function fromElement(element: PictureElement): Promise<Picture> {
  return read(element);
}

async function read(source: Blob | PictureElement): Promise<Picture> {
  const bitmap = await bitmapOf(source);
  try {
    const { width, height } = bitmap;
    const shown = pixelsOnCanvas(bitmap);
    if (isOpaque(shown)) return { data: withoutAlpha(shown), width, height, channels: 3 };
    return { data: pixelsInTexture(bitmap), width, height, channels: 4 };
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(source: Blob | PictureElement): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
      imageOrientation: 'from-image',
    });
  } catch (error) {
    throw new SrError({
      code: 'picture/damaged',
      message: `Expected a picture that this browser can decode, received something else (${(error as Error).message}).`,
      cause: error,
    });
  }
}

function pixelsOnCanvas(bitmap: ImageBitmap): Uint8ClampedArray {
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  try {
    return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  } catch (error) {
    const foreign = (error as Error).name === 'SecurityError';
    throw new SrError({
      code: foreign ? 'picture/unreadable' : 'picture/too-large',
      message: foreign
        ? `Expected a picture of this page's origin, received one of another that may be shown but not read. Set crossorigin="anonymous" and let its server allow it.`
        : `Expected a picture that fits on a canvas of this browser, received ${bitmap.width} x ${bitmap.height} pixels.`,
      cause: error,
    });
  }
}

function pixelsInTexture(bitmap: ImageBitmap): Uint8Array {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) {
    throw new SrError({
      code: 'picture/unreadable',
      message: `Expected WebGL with textures of ${width} x ${height}, which a picture with transparency is read by, received ${gl ? 'smaller ones' : 'none'}.`,
    });
  }
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(
    gl.FRAMEBUFFER,
    gl.COLOR_ATTACHMENT0,
    gl.TEXTURE_2D,
    gl.getParameter(gl.TEXTURE_BINDING_2D),
    0,
  );
  const data = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return data;
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
