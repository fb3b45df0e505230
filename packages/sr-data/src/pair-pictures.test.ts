import { expect, test } from 'vitest';
import { pairByName, pairPictures } from './pair-pictures.js';

test('the marks _HR and _LR, in two folders or in one', () => {
  const hr = ['a/img_001_SRF_4_HR.png', 'a/img_002_SRF_4_HR.png'];
  const lr = ['b/img_001_SRF_4_LR.png', 'b/img_002_SRF_4_LR.png'];
  const pairs = [
    { hr: hr[0], lr: lr[0] },
    { hr: hr[1], lr: lr[1] },
  ];
  expect(pairPictures(hr, lr)).toEqual({ pairs, unpairedHr: [], unpairedLr: [] });
  const all = [...hr, ...lr].sort();
  expect(pairPictures(all, all)).toEqual({ pairs, unpairedHr: [], unpairedLr: [] });
});

test('the scale at the end of the low-resolution name', () => {
  for (const lr of [
    'babyx4.png',
    'baby_x4.bmp',
    'baby_x4_LR.png',
    'baby_LRx4.png',
    'baby_LR.png',
    'baby.jpg',
    'l/baby.png',
  ]) {
    expect(pairPictures(['h/baby.png'], [lr]).pairs).toEqual([{ hr: 'h/baby.png', lr }]);
  }
  const folder = ['baby.png', 'babyx4.png'];
  const result = pairPictures(folder, folder);
  expect(result).toEqual({ pairs: [{ hr: 'baby.png', lr: 'babyx4.png' }], unpairedHr: [], unpairedLr: [] });
});

test('files without a partner are named', () => {
  expect(pairPictures(['baby.png', 'bird.png'], ['l/babyx4.png', 'l/headx4.png'])).toEqual({
    pairs: [{ hr: 'baby.png', lr: 'l/babyx4.png' }],
    unpairedHr: ['bird.png'],
    unpairedLr: ['l/headx4.png'],
  });
});

test('two candidates are an error, unless the scale decides', () => {
  const lr = ['x2/babyx2.png', 'x4/babyx4.png'];
  expect(() => pairPictures(['baby.png'], lr)).toThrow(expect.objectContaining({ code: 'picture/pair' }));
  expect(pairPictures(['baby.png'], lr, { scale: 4 }).pairs).toEqual([{ hr: 'baby.png', lr: 'x4/babyx4.png' }]);
});

test('names that end in an x or an LR of their own', () => {
  expect(pairPictures(['box.png'], ['l/boxx4.png']).pairs).toHaveLength(1);
  expect(pairPictures(['tailr.png'], ['l/tailr.png']).pairs).toHaveLength(1);
  expect(pairPictures(['0801.png'], ['X4/0801x4.png']).pairs).toHaveLength(1);
});

test('pairs of the same name', () => {
  expect(pairByName(['r/b.png', 'r/a.png', 'r/c.png'], ['s/a.jpg', 's/b.png', 's/d.png'])).toEqual({
    pairs: [
      ['r/b.png', 's/b.png'],
      ['r/a.png', 's/a.jpg'],
    ],
    alone: ['r/c.png', 's/d.png'],
  });
  expect(() => pairByName(['a.png', 'a.jpg'], [])).toThrow(expect.objectContaining({ code: 'picture/pair' }));
  expect(pairByName(['C:\\r\\a.png'], ['s/a.png']).pairs).toHaveLength(1);
});
