/** DISTS against piq: published alpha and beta, a VGG-16 with random weights. */
import { dirname } from 'node:path';
import { assetsFolder, describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { featureDistancesGolden } from './golden/feature-distances.js';
import { middle } from './golden/lpips.js';
import { casesOf } from './golden/pairs.js';
import { type LoadedDists, loadDists } from './load-dists.js';

const { cases, large, side, seed, tolerance } = featureDistancesGolden;
const assets = assetsFolder('weights/dists_alpha_beta.f32.safetensors');
const before = process.env.SR_WEIGHTS_DIR;

describe.skipIf(assets === undefined)('loadDists', () => {
  describeOnBackends(
    'with random weights',
    () => {
      let metric: LoadedDists;
      beforeAll(async () => {
        process.env.SR_WEIGHTS_DIR = dirname(assets!);
        metric = await loadDists({ weights: randomWeights(seed) });
      });
      afterAll(() => {
        metric?.dispose();
        if (before === undefined) delete process.env.SR_WEIGHTS_DIR;
        else process.env.SR_WEIGHTS_DIR = before;
      });

      test('equals piq on 21 pairs', async () => {
        for (const { name, read, dists } of casesOf(cases)) {
          const [result, reference] = (await read()).map(picture => middle(picture, side));
          expect(Math.abs((await metric(result!, reference!))[0]! - dists), name).toBeLessThan(tolerance);
        }
      });

      test('equals piq on a pair that is made smaller', async () => {
        const [value] = await metric(...(await casesOf([large])[0]!.read()));
        expect(Math.abs(value! - large.dists)).toBeLessThan(tolerance);
      });
    },
    { only: ['native'] },
  );
});
