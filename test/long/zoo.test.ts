// What the networks that come along have to reach, and what none of them may do, whatever it was trained for: shift colours, or
// leave the grid of its enlargement.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { modCrop, resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import { evaluate, psnr, ssim, withOptions } from 'sr-metrics';
import { loadUpscaler } from 'sr-models';
import type { Picture } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { shippedModel, shippedNames } from '../../packages/sr-cli/src/models.js';
import { resizeOnce } from '../../packages/sr-cli/src/resize-once.js';
import { tracesOf } from '../zoo/traces.js';

const assets = assetsFolder('data/bench');
/** PSNR on Set5 that networks for fidelity have at least: above others of their size, and above UpscalerJS thick (29.93). */
const least: Readonly<Record<string, number>> = {
  'x4-tiny': 30.8,
  'x4-small': 31.3,
  'x4-medium': 31.6,
  'x2-small': 37.1,
  'x3-small': 33.2,
  'x8-small': 25.5,
};

describeOnBackends(
  'networks that come along',
  () => {
    test.skipIf(assets === undefined).each(shippedNames())('%s keeps colours and shows no grid', async name => {
      const module = await shippedModel(name);
      const { scale } = module.card;
      const upscaler = await loadUpscaler(module, { backend: 'native' });
      const grids: number[] = [];
      for (const file of photos('Set5', 'Set14')) {
        const photo = modCrop(await readPicture(file), { scale });
        const small = resizePicture(photo, { scale: 1 / scale });
        const { grid, colour } = tracesOf(await upscaler.upscale(small), small);
        expect(colour, file).toBeLessThan(0.5);
        grids.push(grid);
      }
      upscaler.dispose();
      expect(grids.length).toBeGreaterThan(15);
      grids.sort((a, b) => a - b);
      // Photos themselves have 1.3 on average and 2.9 at most; stripes that a network takes for others, 5.
      expect(grids[Math.floor(grids.length / 2)]!, 'median').toBeLessThan(2);
      expect(grids.at(-1)!, 'largest').toBeLessThan(8);
    });

    test.skipIf(assets === undefined).each(shippedNames())('%s has the results of its card', async name => {
      const module = await shippedModel(name);
      const { scale, results } = module.card;
      const upscaler = await loadUpscaler(module, { backend: 'native' });
      async function* pairs(): AsyncGenerator<{ result: Picture; reference: Picture }> {
        for (const file of photos('Set5')) {
          const reference = modCrop(await readPicture(file), { scale });
          // Four times smaller they come along.
          const small = scale === 4 ? await readPicture(file.replace('_HR', '_LR')) : resizeOnce(reference, 1 / scale);
          yield { result: await upscaler.upscale(small), reference };
        }
      }
      const onY = { channel: 'y', cropBorder: scale } as const;
      const { mean } = await evaluate(pairs(), [withOptions(psnr, onY), withOptions(ssim, onY)]);
      upscaler.dispose();
      // As many digits as cards have, less what another processor may round off.
      expect(Math.abs(mean.psnr! - results.Set5!.psnr!)).toBeLessThan(0.002);
      expect(Math.abs(mean.ssim! - results.Set5!.ssim!)).toBeLessThan(0.0002);
      expect(mean.psnr).toBeGreaterThanOrEqual(least[name] ?? 0);
    });
  },
  { only: ['native'] },
);

function photos(...sets: string[]): string[] {
  return sets.flatMap(set => {
    const folder = join(assets!, set, 'x4');
    return readdirSync(folder)
      .filter(name => name.endsWith('_HR.png'))
      .map(name => join(folder, name));
  });
}
