import { type Picture, throwIfAborted } from 'sr-tensor';
import { writeAtomically } from './atomic-file.js';
import { type EncodeOptions, pictureEncoder } from './encode-picture.js';
import { formatOfPath, type WriteFormat } from './picture-format.js';

export interface WritePictureOptions extends EncodeOptions {
  /** Default: what the extension of the path says. */
  format?: WriteFormat;
}

/**
 * Writes a picture to a file: PNG, JPEG, WebP, AVIF or TIFF.
 *
 * The file is there whole or not at all. Values, profile and metadata as in `encodePicture`.
 *
 * @throws `picture/format` (an unknown extension, or a format that cannot hold the picture), `picture/unwritable`,
 *   `disk/full`, `aborted`
 *
 * @example
 * await writePicture('holiday@4x.png', picture);
 * await writePicture('logo.jpg', logo, { background: [255, 255, 255] });   // JPEG holds no transparency
 */
export async function writePicture(path: string, picture: Picture, options: WritePictureOptions = {}): Promise<void> {
  const { signal, format = formatOfPath(path) } = options;
  throwIfAborted(signal);
  const image = await pictureEncoder(picture, { ...options, format });
  await writeAtomically(path, async temporary => {
    await image.toFile(temporary);
    throwIfAborted(signal);
  });
}
