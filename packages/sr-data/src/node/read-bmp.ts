// BMP, which sharp does not read: 1, 4, 8, 24 and 32 bits without compression, colour tables, rows stored from the
// bottom or from the top (the layouts of "Bitmap Header Types", Microsoft Win32 documentation).
import { type Picture, SrError } from 'sr-tensor';

export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly channels: 3 | 4;
  /** Rows are stored from the top (a negative height) instead of from the bottom. */
  readonly topDown: boolean;
  /** Where the colour table and the pixels begin. */
  readonly table: number;
  readonly colors: number;
  readonly pixels: number;
}

/**
 * The header of a BMP file, checked against the size of the file.
 *
 * @throws `picture/damaged` if the file is shorter than its header says, `picture/format` for other variants
 */
export function readBmpHeader(bytes: Uint8Array, name: string): BmpHeader {
  if (bytes.length < 54) throw damaged(name, `a header of 54 bytes, received ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // BI_RGB, or BI_BITFIELDS with the masks of blue, green, red (and alpha) in this order, which most writers use.
  const masked = bits === 32 && compression === 3 && bytes.length >= 70;
  const usualMasks = masked && [0xff0000, 0xff00, 0xff].every((mask, i) => view.getUint32(54 + 4 * i, true) === mask);
  if (headerSize < 40 || ![1, 4, 8, 24, 32].includes(bits) || (compression !== 0 && !usualMasks)) {
    throw new SrError({
      code: 'picture/format',
      message: `${name}: expected a BMP of 1, 4, 8, 24 or 32 bits without compression, received ${bits} bits and compression ${compression}. Convert it to PNG.`,
    });
  }
  const pixels = view.getUint32(10, true);
  const table = 14 + headerSize;
  const colors = bits <= 8 ? view.getUint32(46, true) || 2 ** bits : 0;
  const stored = rowBytes(width, bits) * Math.abs(height);
  if (width < 1 || height === 0 || colors > 2 ** bits || Math.max(pixels + stored, table + 4 * colors) > bytes.length) {
    throw damaged(
      name,
      `${width} x ${Math.abs(height)} pixels of ${bits} bits, received a file of ${bytes.length} bytes`,
    );
  }
  const alpha = masked && headerSize >= 56 && view.getUint32(66, true) === 0xff000000;
  const channels = alpha ? 4 : 3;
  return { width, height: Math.abs(height), bits, channels, topDown: height < 0, table, colors, pixels };
}

/** Decodes a BMP file: RGB, or RGB and alpha, in 8 bits. */
export function readBmp(bytes: Uint8Array, name: string): Picture {
  const header = readBmpHeader(bytes, name);
  const { width, height, bits, channels } = header;
  const data = new Uint8Array(width * height * channels);
  const stride = rowBytes(width, bits);
  for (let y = 0, to = 0; y < height; y++) {
    const row = header.pixels + (header.topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++, to += channels) {
      const from = bits <= 8 ? header.table + 4 * colorIndex(bytes, row, x, header, name) : row + (x * bits) / 8;
      data[to] = bytes[from + 2]!;
      data[to + 1] = bytes[from + 1]!;
      data[to + 2] = bytes[from]!;
      if (channels === 4) data[to + 3] = bytes[from + 3]!;
    }
  }
  return { data, width, height, channels };
}

function colorIndex(bytes: Uint8Array, row: number, x: number, { bits, colors }: BmpHeader, name: string): number {
  const byte = bytes[row + ((x * bits) >> 3)]!;
  const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
  if (index >= colors) throw damaged(name, `colours below ${colors}, received ${index}`);
  return index;
}

/** Rows fill whole words of four bytes. */
function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4;
}

function damaged(name: string, expected: string): SrError {
  return new SrError({
    code: 'picture/damaged',
    message: `${name}: the BMP is damaged or cut off: expected ${expected}.`,
  });
}
