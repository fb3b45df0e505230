import { checkPicture, type Picture, SrError } from 'sr-tensor';

/** Rows from top to bottom, channels interleaved; 8 or 16 bits or floats in [0, 1]. An `ImageData` is one. */
export interface PixelData {
  readonly data: Picture['data'];
  readonly width: number;
  readonly height: number;
  /** Default: as many as fit. */
  readonly channels?: number;
}

/** What the simple functions take: pixels in any form of a program or a page. */
export type PictureLike =
  | Picture
  | PixelData
  | Blob
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | ImageBitmap;

/**
 * Anything that holds a picture as a `Picture`.
 *
 * @throws `picture/invalid` if it is none of these
 */
export async function toPicture(source: PictureLike, what: string): Promise<Picture> {
  if (typeof source === 'object' && source !== null) {
    if ('data' in source) {
      const { data, width, height } = source;
      const picture = { data, width, height, channels: source.channels ?? data.length / (width * height) } as Picture;
      checkPicture(picture, what);
      return picture;
    }
    const { fromBlob, fromElement } = await import('sr-data/browser');
    if (typeof Blob !== 'undefined' && source instanceof Blob) return fromBlob(source);
    if ('width' in source) return fromElement(source as Exclude<PictureLike, PixelData | Blob>);
  }
  throw new SrError({
    code: 'picture/invalid',
    message: `${what}: expected a picture ({ data, width, height }), an ImageData, a canvas, an image or a Blob, received ${typeof source === 'string' ? `the text "${source}". Files are read by the function of this name in gram-perceptual-metric/node` : String(source)}.`,
  });
}
