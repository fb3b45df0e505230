import { dispose, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { gridLoss } from './grid-loss.js';
import { testLoss } from './testing/index.js';

testLoss(gridLoss({ period: 2, window: 1 }), { name: 'gridLoss', gradients: { order: 2 } });

/** An image of one channel, three times. */
const image = (rows: number[][]) =>
  tensor4d(
    rows.flat().flatMap(value => [value, value, value]),
    [1, rows.length, rows[0]!.length, 3],
  );

describeOnBackends('gridLoss', () => {
  test('sees what repeats with the period, and what is everywhere', async () => {
    const loss = gridLoss({ period: 2, window: 2 });
    const flat = image(Array.from({ length: 4 }, () => [0, 0, 0, 0]));
    const cases: [number[][], number][] = [
      // One of four places has 1.
      [
        [
          [1, 0, 1, 0],
          [0, 0, 0, 0],
          [1, 0, 1, 0],
          [0, 0, 0, 0],
        ],
        1 / 4,
      ],
      // A tint of a half.
      [Array.from({ length: 4 }, () => [0.5, 0.5, 0.5, 0.5]), 1 / 4],
      // At the same place of each period, but it adds up to nothing.
      [
        [
          [1, 0, -1, 0],
          [0, 0, 0, 0],
          [-1, 0, 1, 0],
          [0, 0, 0, 0],
        ],
        0,
      ],
      // One pixel alone: a quarter of the mean of one of four places.
      [
        [
          [0, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ],
        1 / 64,
      ],
    ];
    for (const [rows, expected] of cases) {
      const picture = image(rows);
      const value = loss(picture, flat);
      await expectClose(value, [expected]);
      dispose([picture, value]);
    }
    flat.dispose();
  });

  test('goes square by square', async () => {
    // In the left square the tint is 1, in the right one -1.
    const loss = gridLoss({ period: 1, window: 2 });
    const [picture, flat] = [
      image([
        [1, 1, -1, -1],
        [1, 1, -1, -1],
      ]),
      image([
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]),
    ];
    const value = loss(picture, flat);
    await expectClose(value, [1]);
    dispose([picture, flat, value]);
  });
});

test('says what it cannot do', () => {
  expect(() => gridLoss({ period: 0 })).toThrow(expect.objectContaining({ code: 'losses/grid' }));
  expect(() => gridLoss({ period: 4, window: 1.5 })).toThrow(expect.objectContaining({ code: 'losses/grid' }));
  const small = image([
    [0, 0],
    [0, 0],
  ]);
  expect(() => gridLoss({ period: 4 })(small, small)).toThrow(
    expect.objectContaining({ code: 'tensor/shape', message: expect.stringContaining('32 x 32 pixels') }),
  );
  small.dispose();
});
