import { dispose, type Rank, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { shiftedOutputs, shiftsBy } from './jitter.js';

test.each([1, 2, 3, 4, 5])('every place of %d by as many pixels comes once', jitter => {
  const places = shiftsBy(jitter).map(shift => [shift!.top, shift!.left, shift!.margin].join());
  const all = Array.from({ length: jitter * jitter }, (_, i) => [i % jitter, Math.floor(i / jitter), jitter].join());
  expect(places.toSorted()).toEqual(all.toSorted());
});

test('none is the whole picture, in one step and all others', () => {
  expect(shiftsBy(0)).toEqual([undefined]);
});

test('outputs are shifted with the picture if they are as large', () => {
  const outputs = {
    image: zeros<Rank.R4>([1, 8, 8, 3]),
    gradient: zeros<Rank.R4>([1, 8, 8, 3]),
    x2: zeros<Rank.R4>([1, 4, 4, 3]),
  };
  const { x2, ...large } = outputs;
  const shift = { top: 1, left: 0, margin: 2 };
  const seen = shiftedOutputs(large, shift, large.image.shape);
  expect(Object.values(seen).map(({ shape }) => shape)).toEqual([
    [1, 6, 6, 3],
    [1, 6, 6, 3],
  ]);
  expect(() => shiftedOutputs(outputs, shift, outputs.image.shape)).toThrow(
    expect.objectContaining({ code: 'recipe/invalid', message: expect.stringContaining('"x2" is 4 x 4') }),
  );
  const whole = shiftedOutputs(outputs, undefined, outputs.image.shape);
  expect(whole.x2.shape).toEqual(x2.shape);
  dispose([outputs, seen, whole]);
});
