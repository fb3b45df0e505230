import type { Batch, BatchSource } from 'sr-data';
import { expect, test } from 'vitest';
import { variedBatches } from './varied-batches.js';

/** Two pictures a batch, of 2 x 2 pixels: each a list of its colours' red. */
function sourceOf(batches: number[][][]): BatchSource {
  let at = 0;
  return {
    pictures: 2,
    stepsPerEpoch: batches.length,
    skipped: [],
    async next(): Promise<Batch> {
      const pictures = batches[at++ % batches.length]!;
      const data = Float32Array.from(pictures.flatMap(reds => reds.flatMap(red => [red, 0.25, 0.5])));
      const images = { data, shape: [2, 2, 2, 3] as const };
      return { input: images, target: images };
    },
    state: () => at,
    restore(state) {
      at = state as number;
    },
    close: async () => undefined,
  };
}

const varied = [0.1, 0.1, 0.1, 0.2];
const flat = [0.3, 0.3, 0.3, 0.3];

test('leaves out batches in which a picture is of one colour', async () => {
  const source = variedBatches(
    sourceOf([
      [varied, flat],
      [varied, varied],
      [flat, flat],
      [flat, varied],
      [varied, flat.with(0, 0.4)],
    ]),
  );
  const first = await source.next();
  expect(first.target.data[9]).toBeCloseTo(0.2);
  expect(source.state()).toBe(2);
  const second = await source.next();
  expect(second.target.data[12]).toBeCloseTo(0.4);
  expect(source.state()).toBe(5);
  source.restore(1);
  expect((await source.next()).target).toEqual(first.target);
});

test('says so where there are no others', async () => {
  await expect(variedBatches(sourceOf([[flat, varied]])).next()).rejects.toMatchObject({ code: 'data/flat' });
});
