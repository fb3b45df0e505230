import { concat, cos, mul, sin, slice, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core';
import { encoderOf, nse } from 'sr-models';
import { averagePool2d, type Encoder, Parameters, type Picture } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { pretexts } from './pretext-task.js';
import { structureProtocol, tilesOf } from './structure-protocol.js';

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
      const parameters = Parameters.create(nse({ channels: 4 }).parameters, { seed: 1 });
      const random = encoderOf({ network: nse({ channels: 4 }), parameters });
      const score = (seed: number) =>
        structureProtocol(random, {
          ...options,
          train: [ramp(70)],
          test: [ramp(130)],
          patchSize: 64,
          pretext: { ...pretexts.jigsaw, questions: 2 },
          steps: 3,
          repeats: 2,
          seed,
        });
      const [first, second, other] = [await score(1), await score(1), await score(2)];
      expect(second).toEqual(first);
      expect(other.repeats).not.toEqual(first.repeats);
      expect(first.repeats.length).toBe(2);
      expect(first.chance).toBe(1 / 24);
      expect(first.low).toBeLessThanOrEqual(first.mean);
      parameters.dispose();
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
