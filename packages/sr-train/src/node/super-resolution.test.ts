import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { writePicture } from 'sr-data/node';
import { readSafetensors } from 'sr-tensor/weights';
import tiny from 'sr-weights/x4-tiny';
import { describe, expect, test, vi } from 'vitest';
import { ganRecipe } from '../fixtures/gan-recipe.js';
import { photoFolder } from '../fixtures/photo-folder.js';
import { smallRecipe } from '../fixtures/small-run.js';
import type { SuperResolutionRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import type { TrainStep } from '../train-steps.js';
import { loadEncoders } from './load-encoders.js';
import { train } from './train.js';

const { folder, photos, options } = photoFolder({ count: 20, backend: 'cpu' });

/** A random SqueezeNet's features, beside a pixel loss. */
const withEncoder = (more: Record<string, unknown> = {}): SuperResolutionRecipe =>
  resolveRecipe(smallRecipe as SuperResolutionRecipe, {
    steps: 2,
    'encoders.squeeze': { network: 'squeezenet', weights: 'random' },
    'losses.feature': { kind: 'feature', weight: 0.01, encoder: 'squeeze', layers: ['relu1'] },
    'data.patchSize': 12,
    ...more,
  });

describe('train', () => {
  test('trains against discriminators and by features, counts epochs, validates by several metrics', async () => {
    const steps: TrainStep[] = [];
    const recipe = resolveRecipe(ganRecipe, {
      'encoders.extractor': { network: 'nse', weights: 'random', config: { channels: 4 } },
      'losses.structure': { kind: 'structure', weight: 0.1, encoder: 'extractor' },
      // 18 pictures, 2 a batch: 9 steps an epoch.
      steps: '1 epochs',
      'schedule.milestones': ['0.5 epochs'],
      'phases.adversarial.from': '0.5 epochs',
      'phases.pixels.losses': { picture: 0, edges: 0 },
      'validation.heldOut': 2,
      'validation.metrics': ['ssim', 'psnr'],
    });
    const before = memory().numTensors;
    const asked = options({ onProgress: step => steps.push(step) });
    const summary = await train(recipe, asked);
    expect(memory().numTensors).toBe(before);
    expect(summary).toMatchObject({ iteration: 9, steps: 9, finished: true });
    expect(Object.keys(summary.best!.scores)).toEqual(['ssim', 'psnr']);
    expect(steps.map(({ learningRate }) => learningRate)).toEqual([...Array(5).fill(1e-3), ...Array(4).fill(5e-4)]);
    expect(Object.keys(steps[4]!.losses)).toEqual(['pixel', 'structure']);
    expect(Object.keys(steps[5]!.losses)).toContain('picture.real');
    expect(JSON.parse(await readFile(join(asked.out, 'recipe.json'), 'utf8')).steps).toBe('1 epochs');
    // And goes on from what it left.
    expect(await train(recipe, { ...asked, resume: true })).toMatchObject({ iteration: 9, finished: true });
  });

  test('begins with the best weights of another run, and takes a trained extractor from its folder', async () => {
    const first = options();
    await train(smallRecipe, { ...first, steps: 4 });
    const still = resolveRecipe(smallRecipe as SuperResolutionRecipe, {
      init: { weights: first.out },
      schedule: { kind: 'constant', learningRate: 1e-30 },
      emaDecay: 0,
      steps: 1,
    });
    const second = await train(still, options());
    const weights = async (path: string) => readSafetensors(await readFile(path)).tensors;
    expect(await weights(second.weights!)).toEqual(await weights(join(first.out, 'best.safetensors')));
    await expect(train(resolveRecipe(still, { 'init.weights': photos }), options())).rejects.toMatchObject({
      code: 'train/no-weights',
    });
  });

  test('begins with weights that come along, by their name', async () => {
    const still = resolveRecipe(smallRecipe as SuperResolutionRecipe, {
      network: tiny.card.network,
      init: { weights: 'sr-weights/x4-tiny' },
      schedule: { kind: 'constant', learningRate: 1e-30 },
      emaDecay: 0,
      steps: 1,
      'data.patchSize': 4,
    });
    const { weights } = await train(still, options());
    // What was 0 may have gone the length of the learning rate.
    const values = async (path: string | URL) =>
      [...readSafetensors(await readFile(path)).tensors].map(([name, { data }]) => [
        name,
        data.map(value => (Math.abs(value) < 1e-20 ? 0 : value)),
      ]);
    expect(await values(weights!)).toEqual(await values(tiny.url));
    const unknown = resolveRecipe(still, { 'init.weights': 'sr-weights/x4-huge' });
    await expect(train(unknown, options())).rejects.toMatchObject({
      code: 'train/no-weights',
      message: expect.stringContaining('sr-weights/x4-huge'),
    });
  });

  test('looks at features of a random network', async () => {
    const before = memory().numTensors;
    const summary = await train(withEncoder(), options());
    expect(summary.finished).toBe(true);
    expect(memory().numTensors).toBe(before);
  });

  test('compares textures segment by segment, by label maps', async () => {
    const labels = join(folder, 'labels');
    await mkdir(labels);
    for (const name of await readdir(photos)) {
      const data = Uint8Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 12 ? 1 : 2));
      await writePicture(join(labels, name), { data, width: 32, height: 32, channels: 1 });
    }
    const recipe = withEncoder({
      'data.masks': 3,
      'losses.feature': { kind: 'texture', weight: 1, encoder: 'squeeze', layers: ['relu1'], masked: true },
    });
    const summary = await train(recipe, options({ masks: labels }));
    expect(summary.finished).toBe(true);
    await expect(train(recipe, options())).rejects.toMatchObject({ code: 'train/masks' });
  });

  test.each([
    [{ 'losses.feature.layers': ['relu9'] }, /encoders\.squeeze: squeezenet has no layer "relu9"; it has conv1, relu1/],
    [{ 'validation.metrics': ['psnrr'] }, /validation\.metrics: there is no metric "psnrr".*Did you mean "psnr"/],
    [
      { 'encoders.squeeze': { network: 'nse', config: { channels: 4 } }, 'losses.feature.layers': ['conv6'] },
      /"squeeze" is a structure extractor of another config/,
    ],
    [{ 'losses.pixel.output': 'x2' }, /losses\.pixel\.output: compact has no output "x2"; .* none/],
  ])('says what does not fit: %o', async (overrides, message) => {
    const before = memory().numTensors;
    await expect(train(withEncoder(overrides), options())).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});

test('an encoder without weights names the file and what else there is', async () => {
  vi.stubEnv('SR_WEIGHTS_DIR', folder);
  vi.stubEnv('SR_CACHE_DIR', join(folder, 'cache'));
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('fetch failed');
  });
  try {
    const recipe = withEncoder({ 'encoders.squeeze': { network: 'vgg19' }, 'losses.feature.layers': ['conv5_4'] });
    await expect(loadEncoders(recipe)).rejects.toMatchObject({
      code: 'train/encoder',
      message: expect.stringMatching(/vgg19-.*\.pth.*--set encoders\.squeeze\.network=squeezenet/s),
    });
  } finally {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  }
});
