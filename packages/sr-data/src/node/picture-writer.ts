// Pictures written strip by strip, in memory that does not grow with them: the strips go into an uncompressed PNG
// beside the output, which sharp then converts row by row into the format that was asked for.
import { rm, truncate } from 'node:fs/promises';
import sharp from 'sharp';
import { checkPicture, type Picture, type PictureMetadata, SrError, throwIfAborted } from 'sr-tensor';
import { toBitDepth } from '../bit-depth.js';
import { claimTemporary, writeAtomically, writeError } from './atomic-file.js';
import { checkWritable, encoded, type PictureLayout, storedDepth } from './encode-picture.js';
import { formatOfPath } from './picture-format.js';
import { UncompressedPngFile } from './uncompressed-png.js';
import type { WritePictureOptions } from './write-picture.js';

export interface PictureWriterOptions extends WritePictureOptions {
  width: number;
  height: number;
  channels: Picture['channels'];
  metadata?: PictureMetadata;
}

/** Takes a picture from top to bottom. */
export interface PictureWriter {
  /** Appends rows: a picture of full width, with the channels of the whole, in any depth. */
  write(strip: Picture): Promise<void>;
  /** Finishes the file and puts it in its place. */
  close(): Promise<void>;
  /** Gives up: nothing is left behind. Does nothing after `close`. */
  abort(): Promise<void>;
}

/**
 * Opens a file for a picture that is written strip by strip, whatever its size.
 *
 * Needs as much free disk beside the file as the uncompressed picture takes, until `close` has ended; memory stays
 * below 150 MB (AVIF excepted, whose encoder holds the whole picture). The file is there whole or not at all.
 *
 * @param options the sizes of the whole picture, and as `writePicture`; `bitDepth` is 8 unless given
 * @throws `picture/format` if the format cannot hold the picture (at once, before any work), `picture/unwritable`,
 *   `disk/full`, `picture/invalid` for a strip that does not fit, `picture/incomplete` from `close` when rows are
 *   missing, `aborted`; after a failure nothing is left behind
 *
 * @example
 * const [width, height] = [photo.width * upscaler.scale, photo.height * upscaler.scale];
 * const writer = await createPictureWriter('big.png', { width, height, channels: 3 });
 * for await (const strip of upscaler.strips(photo)) await writer.write(strip);
 * await writer.close();
 */
export async function createPictureWriter(path: string, options: PictureWriterOptions): Promise<PictureWriter> {
  const { width, height, channels, signal, format = formatOfPath(path) } = options;
  throwIfAborted(signal);
  const layout: PictureLayout = { ...options, bitDepth: options.bitDepth ?? 8 };
  const encoding = { ...options, format };
  checkWritable(layout, encoding);
  const depth = storedDepth(layout, encoding);
  const scratch = await claimTemporary(path);
  const file = new UncompressedPngFile(scratch, { ...layout, bitDepth: depth });
  let rows = 0;
  let ended = false;

  /** A file cut to nothing also stops sharp at once, should it be reading it. */
  const discard = async (): Promise<void> => {
    ended = true;
    signal?.removeEventListener('abort', discard);
    await file.abort();
    await truncate(scratch, 0).catch(() => {});
    await rm(scratch, { force: true }).catch(() => {});
  };
  signal?.addEventListener('abort', discard);

  const orDiscard = async (task: () => Promise<void>): Promise<void> => {
    throwIfAborted(signal);
    if (ended) throw new SrError({ code: 'picture/closed', message: `${path}: this writer has been closed.` });
    try {
      await task();
    } catch (error) {
      await discard();
      throwIfAborted(signal);
      throw writeError(path, error);
    }
  };

  return {
    write: strip =>
      orDiscard(async () => {
        checkStrip(strip, { width, height: height - rows, channels });
        rows += strip.height;
        await file.write(toBitDepth(strip, depth));
      }),
    close: () =>
      orDiscard(async () => {
        if (rows < height) {
          throw new SrError({
            code: 'picture/incomplete',
            message: `${path}: expected ${height} rows before close, received ${rows}.`,
          });
        }
        await file.close();
        await writeAtomically(path, async temporary => {
          const image = sharp(scratch, { failOn: 'error', limitInputPixels: false, unlimited: true });
          await encoded(image, layout, encoding).toFile(temporary);
        });
        await discard();
      }),
    abort: discard,
  };
}

function checkStrip(strip: Picture, rest: { width: number; height: number; channels: number }): void {
  checkPicture(strip, 'strip');
  if (strip.width === rest.width && strip.channels === rest.channels && strip.height <= rest.height) return;
  throw new SrError({
    code: 'picture/invalid',
    message: `strip: expected ${rest.width} pixels of ${rest.channels} channels a row and at most ${rest.height} rows, received ${strip.width} x ${strip.channels} and ${strip.height}.`,
  });
}
