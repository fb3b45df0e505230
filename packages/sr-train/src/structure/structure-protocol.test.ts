import { concat, cos, mul, sin, slice, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core';
import { averagePool2d, type Encoder, type Picture } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { pretexts } from './pretext-task.js';
import { type StructureScore, structureProtocol, tilesOf } from './structure-protocol.js';

/** Red grows to the right and green downwards, from 0 to 1. */
function ramp(side: number): Picture {
  const data = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel % side, Math.floor(pixel / side), 0][i % 3]! / side;
  });
  return { data, width: side, height: side, channels: 3 };
}

/** Every feature tells where it lies in the ramp: four numbers; neighbours lie 3 cells apart. */
const places = encoder(x =>
  tidy(() => {
    const angles = slice(mul(averagePool2d(x, { window: 4 }), Math.PI), [0, 0, 0, 0], [-1, -1, -1, 2]);
    return concat([cos(angles), sin(angles)], 3) as Tensor4D;
  }),
);
const nothing = encoder(x => zeros([1, x.shape[1] / 4, x.shape[2] / 4, 4]));

function encoder(extract: (x: Tensor4D) => Tensor4D): Encoder {
  const geometry = { channels: 4, stride: 4, receptiveField: 12, start: -4 };
  return Object.assign((x: Tensor4D) => ({ map: extract(x) }), {
    encoderName: 'test',
    layers: ['map'],
    geometry: () => geometry,
    dispose: () => undefined,
  });
}

const options = { train: [ramp(80)], test: [ramp(80)], patchSize: 40, patches: 16, batchSize: 4 };

describeOnBackends(
  'structureProtocol',
  () => {
    test.each([
      { ...pretexts.context, questions: 16 },
      { ...pretexts.jigsaw, questions: 16 },
    ])('finds what features tell and what they do not ($kind)', async pretext => {
      await expectNoLeaks(async () => {
        const told = await structureProtocol(places, {
          ...options,
          pretext: { ...pretext, hidden: 64 },
          steps: 150,
          learningRate: 5e-3,
          repeats: 1,
        });
        expect(told.questions).toBe(9);
        expect(told.mean).toBeGreaterThan(0.6);
        const guessed = await structureProtocol(nothing, { ...options, pretext, steps: 1, repeats: 4 });
        expect(guessed.mean).toBeLessThan(0.25);
      });
    });

    test('gives the same score for the same seed', async () => {
      const pretext = { ...pretexts.context, hidden: 32, questions: 8 };
      const score = (seed: number): Promise<StructureScore> =>
        structureProtocol(places, {
          ...options,
          pretext,
          steps: 40,
          learningRate: 5e-3,
          repeats: 3,
          tileStep: 8,
          seed,
        });
      const [first, second, other] = [await score(1), await score(1), await score(2)];
      expect(second).toEqual(first);
      expect(other.repeats).not.toEqual(first.repeats);
      expect(first.repeats.length).toBe(3);
      expect(first.questions).toBe(36);
      // Of 10 x 10 cells those of five rows are excluded, in all columns.
      expect(first.chance).toBe(1 / (1 + 100 - 50));
      expect(first.low).toBeLessThanOrEqual(first.mean);
    });

    test('wants pictures as large as a patch', async () => {
      const pretext = pretexts.jigsaw;
      await expect(structureProtocol(places, { ...options, pretext, test: [ramp(20)] })).rejects.toThrow(
        expect.objectContaining({ code: 'structure/pictures' }),
      );
    });

    test('can be aborted', async () => {
      const signal = AbortSignal.abort();
      await expect(structureProtocol(places, { ...options, pretext: pretexts.jigsaw, signal })).rejects.toThrow(
        expect.objectContaining({ code: 'aborted' }),
      );
    });
  },
  { only: ['native'] },
);

test('tiles lie as far apart as they should', () => {
  expect(tilesOf(ramp(64), 32, 16).length).toBe(9);
  expect(tilesOf(ramp(20), 32, 16)).toEqual([]);
});
