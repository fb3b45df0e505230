import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spans, tileSide } from './tiles.js';

describe('spans', () => {
  test('cuts an axis by hand', () => {
    expect(spans(100, 48, 10)).toEqual([
      { start: 0, size: 48, coreStart: 0, coreEnd: 38 },
      { start: 28, size: 48, coreStart: 38, coreEnd: 66 },
      { start: 52, size: 48, coreStart: 66, coreEnd: 100 },
    ]);
    expect(spans(7, 7, 10)).toEqual([{ start: 0, size: 7, coreStart: 0, coreEnd: 7 }]);
  });

  test('goes on from any row with another size of tile', () => {
    expect(spans(100, 30, 10, 38)).toEqual([
      { start: 28, size: 30, coreStart: 38, coreEnd: 48 },
      { start: 38, size: 30, coreStart: 48, coreEnd: 58 },
      { start: 48, size: 30, coreStart: 58, coreEnd: 68 },
      { start: 58, size: 30, coreStart: 68, coreEnd: 78 },
      { start: 68, size: 30, coreStart: 78, coreEnd: 88 },
      { start: 70, size: 30, coreStart: 88, coreEnd: 100 },
    ]);
  });

  test('covers every pixel once, in tiles of one size with full context', () => {
    const axis = fc
      .record({ length: fc.integer({ min: 1, max: 700 }), overlap: fc.integer({ min: 0, max: 64 }) })
      .chain(a => fc.record({ ...mapConstant(a), tile: fc.integer({ min: 2 * a.overlap + 1, max: 300 }) }));
    fc.assert(
      fc.property(axis, ({ length, overlap, tile }) => {
        const side = tileSide(length, tile, overlap);
        expect(side).toBeLessThanOrEqual(tile);
        let covered = 0;
        for (const span of spans(length, side, overlap)) {
          expect(span.size).toBe(side);
          expect(span.coreStart).toBe(covered);
          expect(span.coreEnd).toBeGreaterThan(span.coreStart);
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.start + span.size).toBeLessThanOrEqual(length);
          // Real neighbours on both sides, or the picture's border.
          if (span.start > 0) expect(span.coreStart - span.start).toBeGreaterThanOrEqual(overlap);
          const end = span.start + span.size;
          if (end < length) expect(end - span.coreEnd).toBeGreaterThanOrEqual(overlap);
          covered = span.coreEnd;
        }
        expect(covered).toBe(length);
      }),
    );
  });
});

describe('tileSide', () => {
  test('divides evenly instead of computing pixels twice', () => {
    expect(tileSide(300, 256, 10)).toBe(160);
    expect(tileSide(200, 256, 10)).toBe(200);
    expect(tileSide(6000, 256, 10)).toBe(256);
  });
});

function mapConstant(a: { length: number; overlap: number }) {
  return { length: fc.constant(a.length), overlap: fc.constant(a.overlap) };
}
