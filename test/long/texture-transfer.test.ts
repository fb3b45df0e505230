// Gondal et al., ECCV Workshops 2018, figure 2: the better the start, the nearer the result; segments help.
import { loadLpips } from 'sr-metrics';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { loadNetwork } from '../../tools/figures/options.js';
import { cocoScenes, lakeScene, type Start, type Transfer, transfers } from '../../tools/figures/texture-transfer.js';

const hasScenes = assetsFolder('data/masks/coco_stuff21') !== undefined && assetsFolder('weights') !== undefined;

describeOnBackends(
  'texture transfer',
  () => {
    test.skipIf(!hasScenes)('white > x8 > x4, and masks lower the distances', async () => {
      const [encoder, lpips] = [await loadNetwork('squeeze'), await loadLpips()];
      const found: Transfer[] = [];
      for (const scene of [await lakeScene(96), ...(await cocoScenes(1, 96))]) {
        for await (const transfer of transfers(scene, { encoder, iterations: 100, lpips })) found.push(transfer);
      }
      encoder.dispose();
      lpips.dispose();

      const mean = (start: Start, isMasked: boolean, distance: 'mse' | 'lpips'): number => {
        const some = found.filter(each => each.start === start && each.isMasked === isMasked);
        return some.reduce((sum, { after }) => sum + after[distance], 0) / some.length;
      };
      for (const distance of ['mse', 'lpips'] as const) {
        for (const isMasked of [false, true]) {
          expect(mean('x4', isMasked, distance)).toBeLessThan(mean('x8', isMasked, distance));
          expect(mean('x8', isMasked, distance)).toBeLessThan(mean('white', isMasked, distance));
        }
      }
      for (const start of ['white', 'x8', 'x4'] as const) {
        for (const distance of ['mse', 'lpips'] as const) {
          expect(mean(start, true, distance), `${start}, ${distance}`).toBeLessThan(mean(start, false, distance));
        }
      }
    });
  },
  { only: ['native'] },
);
