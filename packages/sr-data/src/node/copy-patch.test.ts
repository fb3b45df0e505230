import { expect, test } from 'vitest';
import { copyMasks, copyPatch } from './copy-patch.js';

/** 4 x 3 pixels; each says where it lies. */
const width = 4;
const rgb = { data: Uint8Array.from({ length: 36 }, (_, i) => i), width };

/** What turn does to the pixel at (x, y) of a square of side 2. */
function source(turn: number, x: number, y: number): [number, number] {
  const [a, b] = turn & 4 ? [y, x] : [x, y];
  return [turn & 1 ? 1 - a : a, turn & 2 ? 1 - b : b];
}

test.each([0, 1, 2, 3, 4, 5, 6, 7])('turn %i', turn => {
  const batch = { data: new Float32Array(24), shape: [2, 2, 2, 3] } as const;
  copyPatch(rgb, { left: 1, top: 1, turn }, batch, 1);
  const expected = [0, 1].flatMap(y =>
    [0, 1].flatMap(x => {
      const [fromX, fromY] = source(turn, x, y);
      const first = ((1 + fromY) * width + 1 + fromX) * 3;
      return [first, first + 1, first + 2].map(value => Math.fround(value / 255));
    }),
  );
  expect([...batch.data]).toEqual([...new Array(12).fill(0), ...expected]);

  const masks = { data: new Float32Array(24), shape: [2, 2, 2, 3] } as const;
  const bits = { data: Uint8Array.of(0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 0, 0), width };
  copyMasks(bits, { left: 1, top: 1, turn, count: 2 }, masks, 1);
  const regions = [
    [1, 0, 0],
    [0, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
  ];
  const expectedMasks = [0, 1].flatMap(y =>
    [0, 1].flatMap(x => {
      const [fromX, fromY] = source(turn, x, y);
      return regions[fromY * 2 + fromX]!;
    }),
  );
  expect([...masks.data]).toEqual([...new Array(12).fill(0), ...expectedMasks]);
});
