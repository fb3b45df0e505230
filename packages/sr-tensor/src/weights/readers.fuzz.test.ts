import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { golden, goldenFile } from '../../test/weights/golden.js';
import { SrError } from '../errors.js';
import { readCard } from './card.js';
import { readPth } from './read-pth.js';
import { readSafetensors } from './read-safetensors.js';
import { readWeights } from './read-weights.js';
import type { WeightFile } from './types.js';

const valid = [...Object.keys(golden.pth), ...Object.keys(golden.safetensors), ...Object.keys(golden.unsafe)].map(
  goldenFile,
);

vi.setConfig({ testTimeout: 300_000 });

/** Two float32 values (8 bytes) for each byte of the file, which is the readers' own limit. */
const MOST_VALUES_PER_BYTE = 2;

/** A reading takes about a millisecond; this is far more than the slowest machine needs, and far less than a hang. */
const LONGEST = 20_000;

type Edit =
  | { kind: 'set'; at: number; value: number }
  | { kind: 'cut'; at: number; length: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'copy'; at: number; from: number; length: number };

const place = fc.nat(10_000);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: place,
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat(300) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('copy' as const), at: place, from: place, length: fc.nat(200) }),
);

const mutated = fc
  .tuple(fc.constantFrom(...valid), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([bytes, edits]) => edits.reduce(applied, bytes));

function applied(bytes: Uint8Array, change: Edit): Uint8Array {
  const at = change.at % (bytes.length + 1);
  const before = bytes.subarray(0, at);
  switch (change.kind) {
    case 'set':
      return Buffer.concat([before, Uint8Array.of(change.value), bytes.subarray(at + 1)]);
    case 'cut':
      return Buffer.concat([before, bytes.subarray(at + change.length)]);
    case 'insert':
      return Buffer.concat([before, change.bytes, bytes.subarray(at)]);
    case 'copy': {
      const from = change.from % (bytes.length + 1);
      return Buffer.concat([before, bytes.subarray(from, from + change.length), bytes.subarray(at)]);
    }
  }
}

/** A header that is JSON of the right form, but with any numbers and names. */
const header = fc
  .dictionary(
    fc.constantFrom('a', 'b', '__metadata__', '__proto__', ''),
    fc.record(
      {
        dtype: fc.constantFrom('F32', 'F16', 'U8', 'I64', 'x'),
        shape: fc.array(fc.oneof(fc.nat(4), fc.double(), fc.maxSafeInteger())),
        data_offsets: fc.array(fc.oneof(fc.nat(40), fc.double(), fc.maxSafeInteger()), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  )
  .chain(entries => fc.uint8Array({ maxLength: 40 }).map(data => withHeader(JSON.stringify(entries), data)));

function withHeader(json: string, data: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), data]);
}

/** Opcodes in any order, with names that are allowed and small arguments, so that the machine gets far. */
const program = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'(.012NQR])bade}stul\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94'),
      fc.constantFrom(
        'ccollections\nOrderedDict\n',
        'ctorch._utils\n_rebuild_tensor_v2\n',
        'ctorch\nFloatStorage\n',
        'ctorch\nSize\n',
      ),
      fc.constantFrom('X\x07\x00\x00\x00storage', 'X\x01\x00\x00\x000', 'U\x01a', 'q\x00', 'q\x01', 'h\x00', 'h\x01'),
      fc.nat(255).map(value => `K${String.fromCharCode(value)}`),
    ),
    { maxLength: 60 },
  )
  .map(opcodes => Buffer.from(`\x80\x02${opcodes.join('')}.`, 'latin1'));

function survives(read: () => WeightFile, size: number): void {
  const start = performance.now();
  try {
    const file = read();
    let values = 0;
    for (const { data } of file.tensors.values()) values += data.length;
    expect(values).toBeLessThanOrEqual(size * MOST_VALUES_PER_BYTE);
    readCard(file);
  } catch (error) {
    if (!SrError.isInstance(error)) throw error;
    expect(error.message.length).toBeLessThan(1_000);
  }
  expect(performance.now() - start).toBeLessThan(LONGEST);
}

test('changed files', () => {
  fc.assert(
    fc.property(mutated, bytes => survives(() => readWeights(bytes), bytes.length)),
    { numRuns: 2_000 },
  );
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('', 'PK\x03\x04', '\x80\x02'), (bytes, start) => {
      const whole = Buffer.concat([Buffer.from(start, 'latin1'), bytes]);
      survives(() => readPth(whole), whole.length);
      survives(() => readSafetensors(whole), whole.length);
    }),
    { numRuns: 1_000 },
  );
});

test('headers of the right form', () => {
  fc.assert(
    fc.property(header, bytes => survives(() => readSafetensors(bytes), bytes.length)),
    { numRuns: 2_000 },
  );
});

test('programs of opcodes', () => {
  fc.assert(
    fc.property(program, bytes => survives(() => readPth(bytes), bytes.length)),
    { numRuns: 2_000 },
  );
});
