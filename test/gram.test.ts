// The Gram distance in a real browser, of a picture in every form that a page has it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assetsFolder } from 'sr-tensor/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import calibration from '../packages/gram-perceptual-metric/src/golden/calibration.json' with { type: 'json' };
import { executablePath, runPage } from './chromium.js';
import type { PageResult } from './gram/page.js';

const [weights, examples] = ['weights', 'data/iqa/lpips_examples'].map(path => assetsFolder(path));
const skipped = executablePath === undefined || weights === undefined || examples === undefined;

describe.skipIf(skipped)('gramDistance in Chromium', () => {
  let page: PageResult;
  beforeAll(async () => {
    const files = {
      'network.safetensors': readFileSync(join(weights!, 'squeezenet1_1_torchvision_features.f32.safetensors')),
      'result.png': readFileSync(join(examples!, 'ex_p0.png')),
      'reference.png': readFileSync(join(examples!, 'ex_ref.png')),
    };
    page = await runPage<PageResult>('gram', { files });
  }, 300_000);

  it.each(['Blob', 'HTMLImageElement', 'HTMLCanvasElement', 'ImageData', 'ImageBitmap', 'Float32Array'])(
    'takes a pair as %s',
    form => {
      const expected = calibration.pairs.find(({ result }) => result.endsWith('ex_p0.png'))!;
      const distance = expected.values['gram-squeeze literal'];
      // README: whoever differs by more measures something else.
      expect(Math.abs(page.distances[form]! / distance - 1)).toBeLessThan(1e-4);
    },
  );

  it('says what is not there', () => {
    expect(page.missing).toMatch(/^SrError \[fetch\/failed\].*nowhere\.safetensors/);
  });
});
