import { describe, expect, test } from 'vitest';
import { fieldsOf, message } from './protobuf.js';

describe('Protocol Buffers', () => {
  test('are as the documentation shows them', () => {
    // protobuf.dev, "Encoding": Test1 { a = 150 }, Test2 { b = "testing" }, Test3 { c = Test1 }.
    const first = message([[1, 150n]]);
    expect(Buffer.from(first).toString('hex')).toBe('089601');
    expect(Buffer.from(message([[2, 'testing']])).toString('hex')).toBe('120774657374696e67');
    expect(Buffer.from(message([[3, first]])).toString('hex')).toBe('1a03089601');
  });

  test('are read as they were written', () => {
    const bytes = message([
      [1, 2n ** 63n],
      [16, 'name'],
      [2, { float: 0.5 }],
      [1, -1n],
    ]);
    expect([...fieldsOf(bytes)]).toEqual([
      [1, 2n ** 63n],
      [16, new TextEncoder().encode('name')],
      [2, Uint8Array.of(0, 0, 0, 0x3f)],
      [1, 2n ** 64n - 1n],
    ]);
  });

  test('are refused where they end too early, or have groups', () => {
    expect(() => [...fieldsOf(Uint8Array.of(0x12, 5, 1))]).toThrow(RangeError);
    expect(() => [...fieldsOf(Uint8Array.of(0x08, 0x96))]).toThrow(RangeError);
    expect(() => [...fieldsOf(Uint8Array.of(0x0b))]).toThrow('wire type 3');
  });
});
