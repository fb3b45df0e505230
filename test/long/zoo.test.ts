// What no network that comes along may do, whatever it was trained for: shift colours, or leave the grid of its enlargement.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { modCrop, resizePicture, toBitDepth } from 'sr-data';
import { readPicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import type { Picture } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { shippedModel, shippedNames } from '../../packages/sr-cli/src/models.js';
import { upsamplingSpectrum } from '../zoo/upsampling-spectrum.js';

const assets = assetsFolder('data/bench');

describeOnBackends(
  'networks that come along',
  () => {
    test.skipIf(assets === undefined).each(shippedNames())('%s keeps colours and shows no grid', async name => {
      const module = await shippedModel(name);
      const { scale } = module.card;
      const upscaler = await loadUpscaler(module, { backend: 'native' });
      const grids: number[] = [];
      for (const file of photos()) {
        const photo = modCrop(await readPicture(file), { scale });
        const small = toBitDepth(resizePicture(photo, { scale: 1 / scale }), 8);
        const [result, plain] = [await upscaler.upscale(small), toBitDepth(resizePicture(small, { scale }), 8)];
        const [colour, expected] = [meanColour(result), meanColour(plain)];
        for (const [channel, value] of colour.entries()) {
          expect(Math.abs(value - expected[channel]!), `${file}, channel ${channel}`).toBeLessThan(0.5);
        }
        grids.push(upsamplingSpectrum(result, scale));
      }
      upscaler.dispose();
      expect(grids.length).toBeGreaterThan(15);
      grids.sort((a, b) => a - b);
      // Photos themselves have 1.3 on average and 2.9 at most; stripes that a network takes for others, 5.
      expect(grids[Math.floor(grids.length / 2)]!, 'median').toBeLessThan(2);
      expect(grids.at(-1)!, 'largest').toBeLessThan(8);
    });
  },
  { only: ['native'] },
);

function photos(): string[] {
  return ['Set5', 'Set14'].flatMap(set => {
    const folder = join(assets!, set, 'x4');
    return readdirSync(folder)
      .filter(name => name.endsWith('_HR.png'))
      .map(name => join(folder, name));
  });
}

function meanColour({ data, channels }: Picture): number[] {
  const sums = Array.from({ length: channels }, () => 0);
  for (const [i, value] of data.entries()) sums[i % channels]! += value;
  return sums.map(sum => (sum * channels) / data.length);
}
