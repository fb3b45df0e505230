/** Messages of Protocol Buffers as bytes, and back (protobuf.dev, "Encoding"). */

/** A value of a field: an integer, a 32-bit float, text, or bytes (of a message, of raw data). */
export type FieldValue = bigint | { readonly float: number } | string | Uint8Array;

export type Field = readonly [number: number, value: FieldValue];

const wire = { varint: 0, double: 1, bytes: 2, float: 5 } as const;

/** A field as it lies in a message: an integer, or the bytes of anything else. */
export type RawField = readonly [number: number, value: bigint | Uint8Array];

/** A message of its fields; a repeated field is given once for each of its values. */
export function message(fields: Iterable<Field>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    const key = (type: number): Uint8Array => varint(BigInt((number << 3) | type));
    if (typeof value === 'bigint') {
      parts.push(key(wire.varint), varint(value));
    } else if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      parts.push(key(wire.bytes), varint(BigInt(bytes.length)), bytes);
    } else {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value.float, true);
      parts.push(key(wire.float), bytes);
    }
  }
  return joined(parts);
}

/** Seven bits a byte, the lowest first; a negative number as its 64-bit complement. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/**
 * The fields of a message in their order.
 *
 * @throws RangeError where the message ends within a field, or for a wire type that is no longer used
 */
export function* fieldsOf(bytes: Uint8Array): Generator<RawField> {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError(`A field of ${length} bytes ends behind the message.`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const [byte] = take(1) as unknown as [number];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(readVarint());
    const number = key >>> 3;
    switch (key & 7) {
      case wire.varint:
        yield [number, readVarint()];
        break;
      case wire.bytes:
        yield [number, take(Number(readVarint()))];
        break;
      case wire.float:
        yield [number, take(4)];
        break;
      case wire.double:
        yield [number, take(8)];
        break;
      default:
        throw new RangeError(`Field ${number} has the wire type ${key & 7}.`);
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
