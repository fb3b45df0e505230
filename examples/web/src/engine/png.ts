/**
 * A PNG written strip by strip (W3C PNG specification, third edition): 8 bits, each row filtered by `up`, compressed by the
 * browser's own deflate.
 */
import type { Picture } from 'sr-tensor';

export interface PngWriter {
  /** Rows of the full width, from top to bottom. */
  write(strip: Picture): Promise<void>;
  close(): Promise<void>;
}

/** @param write receives the bytes of the file in order */
export function createPngWriter(
  { width, height, channels }: Pick<Picture, 'width' | 'height' | 'channels'>,
  write: (bytes: Uint8Array) => Promise<void>,
): PngWriter {
  const deflate = new CompressionStream('deflate');
  const input = deflate.writable.getWriter();
  const output = (async (): Promise<void> => {
    await write(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a));
    const header = new DataView(new ArrayBuffer(13));
    header.setUint32(0, width);
    header.setUint32(4, height);
    header.setUint8(8, 8);
    header.setUint8(9, colorTypes[channels]);
    await write(chunk('IHDR', new Uint8Array(header.buffer)));
    for await (const data of deflate.readable as unknown as AsyncIterable<Uint8Array>) await write(chunk('IDAT', data));
    await write(chunk('IEND', new Uint8Array()));
  })();
  /** A write that fails cancels the stream without a reason: `output` has it. */
  const orReason = (work: Promise<void>): Promise<void> =>
    work.catch(async error => {
      await output;
      throw error;
    });
  output.catch(() => undefined);
  const rowBytes = width * channels;
  let above = new Uint8Array(rowBytes);
  return {
    async write({ data, height: rows }) {
      const filtered = new Uint8Array(rows * (rowBytes + 1));
      for (let y = 0, to = 0; y < rows; y++) {
        filtered[to++] = 2;
        const from = y * rowBytes;
        for (let i = 0; i < rowBytes; i++) filtered[to++] = data[from + i]! - above[i]!;
        above = data.slice(from, from + rowBytes) as Uint8Array<ArrayBuffer>;
      }
      await orReason(input.write(filtered));
    },
    async close() {
      await orReason(input.close());
      await output;
    },
  };
}

const colorTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
