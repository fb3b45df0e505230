import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { card } from '../../test/weights/card.js';
import { goldenFile } from '../../test/weights/golden.js';
import { readCard } from './card.js';
import { readSafetensors } from './read-safetensors.js';
import { type WritableTensor, writeSafetensors } from './write-safetensors.js';

const one = (value: number): WritableTensor => ({ shape: [1], data: Float32Array.of(value) });

test('the bytes are those of the reference implementation', () => {
  const expected = goldenFile('reference.f32.safetensors');
  const { tensors, metadata } = readSafetensors(expected);
  expect(writeSafetensors(tensors, { metadata })).toEqual(expected);
  const shuffled = new Map([...tensors].reverse());
  expect(writeSafetensors(shuffled, { metadata }), 'whatever the order of the tensors').toEqual(expected);
});

test('in f16 too: rounded and laid out as by PyTorch and the reference implementation', () => {
  const { tensors } = readSafetensors(goldenFile('reference.f32.safetensors'));
  expect(writeSafetensors(tensors, { dtype: 'f16' })).toEqual(goldenFile('reference.f16.safetensors'));
});

test('any tensors and metadata come back', () => {
  const tensor = fc.array(fc.nat(4), { maxLength: 4 }).chain(shape => {
    const length = shape.reduce((product, n) => product * n, 1);
    return fc.record({ shape: fc.constant(shape), data: fc.float32Array({ minLength: length, maxLength: length }) });
  });
  const name = fc.string({ unit: 'binary', maxLength: 12 }).filter(text => text !== '__metadata__');
  const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 6 }).map(entries => new Map(entries));
  const metadata = fc.dictionary(name, name);
  fc.assert(
    fc.property(tensors, metadata, (written, texts) => {
      const bytes = writeSafetensors(written, { metadata: texts });
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
      const read = readSafetensors(bytes);
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(texts).sort());
      expect([...read.tensors.keys()].sort()).toEqual([...written.keys()].sort());
      for (const [key, { shape, data }] of written)
        expect(read.tensors.get(key)).toEqual({ dtype: 'f32', shape, data });
    }),
  );
});

test('the card travels in the metadata, beside other texts', () => {
  const bytes = writeSafetensors(new Map([['a', one(1)]]), { metadata: { note: 'x' }, card });
  const { metadata } = readSafetensors(bytes);
  expect(readCard({ metadata })).toEqual(card);
  expect(metadata.note).toBe('x');
});

describe('refuses', () => {
  test('a value that f16 cannot hold, and says which', () => {
    const tensors = new Map([['head.weight', one(-65_520)]]);
    expect(() => writeSafetensors(tensors, { dtype: 'f16' })).toThrow(
      expect.objectContaining({
        code: 'weights/overflow',
        message: expect.stringMatching(/head\.weight.*-65520.*65504/),
      }),
    );
    expect(() => writeSafetensors(tensors)).not.toThrow();
    expect(() => writeSafetensors(new Map([['a', one(Infinity)]]), { dtype: 'f16' })).not.toThrow();
  });

  test('a shape that does not fit', () => {
    expect(() => writeSafetensors(new Map([['a', { shape: [2, 2], data: new Float32Array(3) }]]))).toThrow(
      expect.objectContaining({ code: 'weights/shape', message: expect.stringMatching(/needs 4 values, received 3/) }),
    );
  });

  test('the reserved name', () => {
    expect(() => writeSafetensors(new Map([['__metadata__', one(1)]]))).toThrow(
      expect.objectContaining({ code: 'weights/name' }),
    );
  });

  test('a card that lacks something', () => {
    const { license: _, ...rest } = card;
    expect(() => writeSafetensors(new Map(), { card: rest as typeof card })).toThrow(
      expect.objectContaining({ code: 'weights/card', message: expect.stringContaining('"license"') }),
    );
  });
});
