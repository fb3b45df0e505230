import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assetsFolder } from '#assets';
import { digest } from '../../test/weights/digest.js';
import { asGolden, golden, goldenFile } from '../../test/weights/golden.js';
import { readSafetensors } from './read-safetensors.js';

const encoder = new TextEncoder();

/** A file with this header text and so many bytes of data; `stated` overrides the length of the header. */
function file(header: string | Uint8Array, dataLength: number, stated?: bigint): Uint8Array {
  const json = typeof header === 'string' ? encoder.encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, stated ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32'): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

test.each(Object.keys(golden.safetensors))('%s: the values that the reference implementation reads', name => {
  expect(asGolden(readSafetensors(goldenFile(name)))).toEqual(golden.safetensors[name]);
});

test('reads metadata, and a Node Buffer at any alignment', () => {
  const bytes = goldenFile('reference.f32.safetensors');
  const shifted = Buffer.concat([Buffer.from([1, 2, 3]), bytes]).subarray(3);
  const read = readSafetensors(shifted);
  expect(read.metadata).toEqual({ note: 'one line\nanother ä' });
  expect(asGolden(read)).toEqual(golden.safetensors['reference.f32.safetensors']);
});

test('the values are copies', () => {
  const bytes = file(`{"a":${entry([1], [0, 4])}}`, 4);
  const { tensors } = readSafetensors(bytes);
  bytes.fill(255);
  expect(tensors.get('a')!.data[0]).toBe(0);
});

test('a file without tensors, a scalar, an empty tensor', () => {
  expect(readSafetensors(file('{}', 0)).tensors.size).toBe(0);
  const read = readSafetensors(file(`{"s":${entry([], [0, 4])},"e":${entry([0, 7], [4, 4])}}`, 4));
  expect(read.tensors.get('s')).toEqual({ dtype: 'f32', shape: [], data: new Float32Array(1) });
  expect(read.tensors.get('e')).toEqual({ dtype: 'f32', shape: [0, 7], data: new Float32Array(0) });
});

test('names and metadata keys that are members of every object', () => {
  const read = readSafetensors(file(`{"__metadata__":{"__proto__":"x"},"__proto__":${entry([1], [0, 4])}}`, 4));
  expect([...read.tensors.keys()]).toEqual(['__proto__']);
  expect(Object.entries(read.metadata)).toEqual([['__proto__', 'x']]);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

describe('refuses a hostile header', () => {
  const a = `"a":${entry([1], [0, 4])}`;
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['no bytes', new Uint8Array(0), /at least 8 bytes, received 0/],
    ['fewer than 8 bytes', new Uint8Array(7), /at least 8 bytes, received 7/],
    ['longer than the file', file('{}', 0, 3n), /header of 3 bytes, but only 2 follow/],
    ['longer than any file', file('{}', 0, 2n ** 64n - 1n), /at most 16000000/],
    ['empty', file('', 4), /not JSON/],
    ['not UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 0), /not UTF-8/],
    ['with a byte order mark', file('\ufeff{}', 0), /not JSON/],
    ['not JSON', file('{"a":', 0), /not JSON/],
    ['a string that does not end', file('{"a', 0), /not JSON/],
    ['an array', file('[]', 0), /not a JSON object/],
    ['null', file('null', 0), /not a JSON object/],
    ['nested without end', file('['.repeat(1_000_000), 0), /nested too deeply/],
    ['a name twice', file(`{${a},${a}}`, 4), /names "a" twice/],
    ['a name twice, once escaped', file(`{${a},"\\u0061" : ${entry([1], [4, 8])}}`, 8), /names "a" twice/],
    ['offsets twice', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"shape":[1]}}', 1), /"shape" twice/],
    ['an entry that is no object', file('{"a":[1]}', 0), /"a" is not an object/],
    ['dtype missing', file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4), /dtype of "a"/],
    ['shape missing', file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /shape of "a"/],
    ['offsets missing', file('{"a":{"dtype":"F32","shape":[1]}}', 4), /data_offsets of "a"/],
    ['three offsets', file(`{"a":${entry([1], [0, 4, 8])}}`, 4), /data_offsets of "a"/],
    ['a negative size', file(`{"a":${entry([-1], [0, 4])}}`, 4), /shape of "a"/],
    ['a fractional size', file(`{"a":${entry([0.5], [0, 2])}}`, 2), /shape of "a"/],
    ['a negative offset', file(`{"a":${entry([1], [-4, 0])}}`, 4), /data_offsets of "a"/],
    ['offsets the wrong way round', file(`{"a":${entry([1], [4, 0])}}`, 4), /takes 4 bytes, its offsets span -4/],
    ['offsets that do not fit the shape', file(`{"a":${entry([2], [0, 4])}}`, 4), /takes 8 bytes, its offsets span 4/],
    ['offsets that do not fit the dtype', file(`{"a":${entry([1], [0, 4], 'F64')}}`, 4), /takes 8 bytes/],
    [
      'sizes whose product overflows',
      file(`{"a":${entry([2 ** 40, 2 ** 40, 0], [0, 0])}}`, 0),
      /takes 0 bytes|offsets span/,
    ],
    [
      'sizes that make a huge tensor',
      file(`{"a":${entry([2 ** 30], [0, 2 ** 32])}}`, 8),
      /ends at byte 4294967296 of 8/,
    ],
    ['an overlap', file(`{${a},"b":${entry([1], [2, 6])}}`, 6), /"b" overlaps/],
    ['the same bytes twice', file(`{${a},"b":${entry([1], [0, 4])}}`, 4), /overlaps/],
    ['a gap', file(`{${a},"b":${entry([1], [8, 12])}}`, 12), /gap of 4 bytes before "b"/],
    ['a gap at the start', file(`{"a":${entry([1], [4, 8])}}`, 8), /gap of 4 bytes before "a"/],
    ['data beyond the end', file(`{${a},"b":${entry([1], [4, 8])}}`, 4), /"b" ends at byte 8 of 4/],
    ['bytes left over', file(`{${a}}`, 5), /1 bytes after the last tensor/],
    ['metadata that are not texts', file('{"__metadata__":{"a":1}}', 0), /__metadata__/],
    ['metadata that are no object', file('{"__metadata__":"a"}', 0), /__metadata__/],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(
      expect.objectContaining({ code: 'weights/corrupt', message: expect.stringMatching(message) }),
    );
  });

  test.each(['F8_E4M3', 'C64', 'toString', 'f128'])('dtype %s', dtype => {
    expect(() => readSafetensors(file(`{"a":${entry([1], [0, 1], dtype)}}`, 1))).toThrow(
      expect.objectContaining({ code: 'weights/dtype', message: expect.stringContaining(dtype) }),
    );
  });
});

const assets = assetsFolder('weights');
const names = Object.keys(golden.assets).filter(name => name.endsWith('.safetensors'));
test.skipIf(assets === undefined).each(names)('%s: all that the reference implementation reads', name => {
  const read = readSafetensors(readFileSync(join(assets!, '..', name)));
  expect(digest(read)).toBe(golden.assets[name]);
});
