import { SrError } from '../errors.js';

/** Reads little-endian values one after the other; throws `weights/corrupt` at the end of the bytes. */
export class ByteReader {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = position;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Beyond 2^53 not exact, but then far beyond the end of any file too. */
  uint64(): number {
    return this.uint32() + this.uint32() * 2 ** 32;
  }

  /** Big-endian, as pickles write it. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(length));
    } catch (cause) {
      if (SrError.isInstance(cause)) throw cause;
      throw new SrError({
        code: 'weights/corrupt',
        message: 'Not a sound weight file: a text in it is not UTF-8.',
        cause,
      });
    }
  }

  /** The text up to the next line feed, which is read too; at most `longest` bytes. */
  line(longest: number): string {
    const length = this.#bytes.subarray(this.position, this.position + longest + 1).indexOf(0x0a);
    if (length < 0) throw this.#ended();
    const line = this.text(length);
    this.position++;
    return line;
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#bytes.length - start) throw this.#ended();
    this.position += length;
    return start;
  }

  #ended(): SrError {
    return new SrError({
      code: 'weights/corrupt',
      message: `Not a sound weight file: it ends after ${this.#bytes.length} bytes in the middle of something. Is it truncated?`,
    });
  }
}
