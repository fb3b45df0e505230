import { SrError } from '../errors.js';
import { checkCard } from './card.js';
import { elementCount } from './dtype.js';
import { floatToHalf, LARGEST_HALF } from './half.js';
import type { ModelCard, WeightTensor } from './types.js';

export interface WriteSafetensorsOptions {
  /** Free text by key; the keys `card` and `__metadata__` are taken. */
  metadata?: Readonly<Record<string, string>>;
  /** Written under the metadata key `card`. */
  card?: ModelCard;
  /** How every value is stored. Default `f32`. */
  dtype?: 'f32' | 'f16';
}

/** What a tensor to write must have. */
export type WritableTensor = Pick<WeightTensor, 'shape' | 'data'>;

/**
 * Writes a safetensors file, the same bytes for the same content: tensors and metadata are sorted by name, the data
 * begins at a multiple of 8 bytes (as the format's reference implementation does it).
 *
 * @param tensors by name, in PyTorch's order of axes (`Parameters.toWeights`)
 * @returns the whole file; `f16` is rounded to nearest, ties to even
 * @throws `weights/shape` if a shape does not fit its data, `weights/overflow` if a finite value is too large for f16,
 *   `weights/card` for a card that lacks something, `weights/name` for the reserved name `__metadata__`
 *
 * @example
 * const bytes = writeSafetensors(await parameters.toWeights(), { card, dtype: 'f16' });
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor>,
  { metadata = {}, card, dtype = 'f32' }: WriteSafetensorsOptions = {},
): Uint8Array {
  const size = dtype === 'f32' ? 4 : 2;
  const named = [...tensors].sort(byName);
  const texts = { ...metadata, ...(card && { card: JSON.stringify(checkCard(card)) }) };
  const header: [string, unknown][] = [];
  if (Object.keys(texts).length > 0) header.push(['__metadata__', new Map(Object.entries(texts).sort(byName))]);
  let position = 0;
  for (const [name, tensor] of named) {
    checkWritable(name, tensor, dtype);
    const end = position + tensor.data.length * size;
    header.push([name, { dtype: dtype.toUpperCase(), shape: tensor.shape, data_offsets: [position, end] }]);
    position = end;
  }

  const json = new TextEncoder().encode(jsonObject(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + position);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let offset = 8 + headerLength;
  for (const [, { data }] of named) {
    bytes.set(storedBytes(data, dtype), offset);
    offset += data.length * size;
  }
  return bytes;
}

function checkWritable(name: string, { shape, data }: WritableTensor, dtype: 'f32' | 'f16'): void {
  if (name === '__metadata__') {
    throw new SrError({ code: 'weights/name', message: 'A tensor cannot be called "__metadata__" in safetensors.' });
  }
  const expected = elementCount(shape);
  if (expected !== data.length) {
    throw new SrError({
      code: 'weights/shape',
      message: `"${name}": the shape [${shape.join(', ')}] needs ${expected} values, received ${data.length}.`,
    });
  }
  if (dtype === 'f32') return;
  const tooLarge = data.find(value => Number.isFinite(value) && Math.abs(value) > LARGEST_HALF);
  if (tooLarge !== undefined) {
    throw new SrError({
      code: 'weights/overflow',
      message: `"${name}" holds ${tooLarge}; f16 reaches ${LARGEST_HALF}. Write f32.`,
    });
  }
}

function storedBytes(data: Float32Array, dtype: 'f32' | 'f16'): Uint8Array {
  const stored = dtype === 'f32' ? data : floatToHalf(data);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** JSON of an object given as entries: unlike an object literal it keeps the order of names like "10" and "__proto__". */
function jsonObject(entries: Iterable<[string, unknown]>): string {
  const members = Array.from(entries, ([key, value]) => {
    const json = value instanceof Map ? jsonObject(value) : JSON.stringify(value);
    return `${JSON.stringify(key)}:${json}`;
  });
  return `{${members.join(',')}}`;
}

/** By UTF-16 code units: the same order on every machine. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
