/** Messages of Protocol Buffers as bytes: the few wire types that ONNX needs (protobuf.dev, "Encoding"). */

/** A value of a field: an integer, a 32-bit float, text, or bytes (of a message, of raw data). */
export type FieldValue = bigint | { readonly float: number } | string | Uint8Array;

export type Field = readonly [number: number, value: FieldValue];

const wire = { varint: 0, bytes: 2, float: 5 } as const;

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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
