import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallestTile, spans, tileLimits, tileSide } from './tiles.js';

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

describe('tileLimits', () => {
  /** Pixels that are computed for a picture. */
  const computed = (width: number, height: number, sides: { width: number; height: number }, lanes = 1): number => {
    const pixels = (length: number, side: number): number => spans(length, side, 10).length * side;
    const [w, h] = [tileSide(width, sides.width, 10, { lanes }), tileSide(height, sides.height, 10)];
    return pixels(width, w) * pixels(height, h);
  };

  test('cuts a picture along one side where the other fits', () => {
    // Two tiles of 272 x 512 for two lanes instead of four of 272 x 272.
    const limits = tileLimits({ width: 512, height: 512 }, 384, 10, { lanes: 2 });
    expect(tileSide(512, limits.width, 10, { lanes: 2 })).toBe(272);
    expect(tileSide(512, limits.height, 10)).toBe(512);
    expect(computed(512, 512, limits, 2)).toBe(2 * 272 * 512);
  });

  test('takes no more computing than square tiles, in tiles of no larger area', () => {
    const picture = fc.record({
      width: fc.integer({ min: 1, max: 3000 }),
      height: fc.integer({ min: 1, max: 3000 }),
      tile: fc.integer({ min: smallestTile(10), max: 400 }),
      lanes: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(picture, ({ width, height, tile, lanes }) => {
        const limits = tileLimits({ width, height }, tile, 10, { lanes });
        expect(limits.width * limits.height).toBeLessThanOrEqual(tile ** 2);
        const square = { width: tile, height: tile };
        expect(computed(width, height, limits, lanes)).toBeLessThanOrEqual(computed(width, height, square, lanes));
      }),
    );
  });
});
