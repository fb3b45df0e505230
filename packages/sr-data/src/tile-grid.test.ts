import { expect, test } from 'vitest';
import { tileGrid } from './tile-grid.js';

test('cuts a picture of DIV2K into tiles of 480 with step 240, the last at the border', () => {
  // extract_subimgs_single.py of ESRGAN: columns 0, 240, ..., 1440 and 1560; rows 0, ..., 720 and 876.
  const tiles = tileGrid({ width: 2040, height: 1356 });
  expect(tiles).toHaveLength(40);
  expect(tiles[1]).toEqual({ left: 240, top: 0, width: 480, height: 480 });
  expect(tiles[7]).toEqual({ left: 1560, top: 0, width: 480, height: 480 });
  expect(tiles.at(-1)).toEqual({ left: 1560, top: 876, width: 480, height: 480 });
});

test('leaves out a border of at most the threshold', () => {
  expect(tileGrid({ width: 768, height: 480 }).map(({ left }) => left)).toEqual([0, 240]);
  expect(tileGrid({ width: 769, height: 480 }).map(({ left }) => left)).toEqual([0, 240, 289]);
  expect(tileGrid({ width: 480, height: 480 })).toHaveLength(1);
});

test('says what it expects', () => {
  expect(() => tileGrid({ width: 479, height: 600 })).toThrow('a picture of at least 480 pixels a side');
  expect(() => tileGrid({ width: 500, height: 600, step: 0 })).toThrow(
    expect.objectContaining({ code: 'data/option' }),
  );
});
