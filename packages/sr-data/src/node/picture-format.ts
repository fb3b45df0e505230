import { extname } from 'node:path';
import { SrError } from 'sr-tensor';

/** Formats that `readPicture` understands. */
export type ReadFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif' | 'bmp';

/** Formats that `writePicture` writes. */
export type WriteFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff';

const extensions: Readonly<Record<ReadFormat, readonly string[]>> = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  webp: ['.webp'],
  avif: ['.avif'],
  tiff: ['.tif', '.tiff'],
  gif: ['.gif'],
  bmp: ['.bmp', '.dib'],
};

/** What a file of a format can hold. */
export const writeFormats: Readonly<
  Record<WriteFormat, { maxSide: number; alpha: boolean; depths: readonly number[] }>
> = {
  // Four bytes a side, the first bit unused (PNG specification, IHDR); libpng's own limit is 1,000,000 unless raised.
  png: { maxSide: 1_000_000, alpha: true, depths: [8, 16] },
  // libjpeg's JPEG_MAX_DIMENSION; the format itself has two bytes a side (ITU-T T.81, table B.2).
  jpeg: { maxSide: 65_500, alpha: false, depths: [8] },
  // 14 bits a side (WebP container specification).
  webp: { maxSide: 16_383, alpha: true, depths: [8] },
  // 16,384 is the limit of the encoder inside libheif; AV1's own is 65,536.
  avif: { maxSide: 16_384, alpha: true, depths: [8] },
  tiff: { maxSide: 1_000_000, alpha: true, depths: [8, 16] },
};

export const readableFormats = 'PNG, JPEG, WebP, AVIF, TIFF, GIF and BMP';
export const writableFormats = 'PNG (.png), JPEG (.jpg), WebP (.webp), AVIF (.avif) and TIFF (.tif)';

/** The format of a file by its first bytes; undefined if it is none that can be read. */
export function detectFormat(bytes: Uint8Array): ReadFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 32));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
  // The brands of AVIF pictures and sequences, also as a compatible brand of a general HEIF file.
  if (text.startsWith('ftyp', 4) && /avi[fs]/.test(text.slice(8))) return 'avif';
  // Classic and BigTIFF in both byte orders.
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (text.startsWith('BM')) return 'bmp';
  return undefined;
}

/** Whether a file name has the extension of a readable picture. */
export function hasPictureExtension(path: string): boolean {
  const extension = extname(path).toLowerCase();
  return Object.values(extensions).some(list => list.includes(extension));
}

/**
 * The format that a file name asks for.
 *
 * @throws `picture/format` if the extension is none that can be written
 */
export function formatOfPath(path: string): WriteFormat {
  const extension = extname(path).toLowerCase();
  const format = (Object.keys(writeFormats) as WriteFormat[]).find(name => extensions[name].includes(extension));
  if (format) return format;
  throw new SrError({
    code: 'picture/format',
    message: `${path}: expected the extension of a format that can be written, ${writableFormats}, received '${extension}'.`,
  });
}
