import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose, memory, ones, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { nse } from 'sr-models';
import { Parameters } from 'sr-tensor';
import { readCard, readSafetensors, verifyCard } from 'sr-tensor/weights';
import shipped from 'sr-weights/nse';
import { describe, expect, test } from 'vitest';
import { photoFolder } from '../fixtures/photo-folder.js';
import type { SuperResolutionRecipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { loadEncoders } from './load-encoders.js';
import { type TrainOptions, train } from './train.js';

const recipe = resolveRecipe('nse-contrastive', {
  form: 'small',
  steps: 6,
  'network.config.channels': 4,
  'pretext.questions': 2,
  'data.batchSize': 2,
  'data.patchSize': 64,
  'validation.every': 3,
  'validation.heldOut': 2,
});

const { photos, options } = photoFolder({ count: 24, side: 80, backend: 'wasm', logEvery: 3 });

describe('train with a recipe of a structure extractor', () => {
  test('leaves an extractor that can be loaded, and a report', async () => {
    const before = memory().numTensors;
    const [messages, successes]: [string[], number[]] = [[], []];
    const asked = options({
      onMessage: text => messages.push(text),
      onValidation: ({ scores }) => successes.push(scores.success!),
    });
    const { best, finished, weights, report } = await train(recipe, asked);
    expect(finished).toBe(true);
    expect(messages).toEqual(['Training on 22 pictures, validating on 2 tiles of others.']);
    expect(successes.length).toBe(2);
    expect(best!.scores.success).toBe(Math.max(...successes));
    expect(await readFile(report!, 'utf8')).toContain('success');
    const file = readSafetensors(await readFile(weights!));
    expect(readCard(file)).toMatchObject({
      network: { name: 'nse', config: { channels: 4 } },
      scale: 1,
      results: { validation: { success: best!.scores.success } },
    });
    Parameters.fromWeights(nse({ channels: 4 }).parameters, file.tensors).dispose();
    await expect(train(recipe, { ...asked, resume: true }).best()).rejects.toThrow(
      expect.objectContaining({ code: 'train/no-upscaler' }),
    );
    expect(memory().numTensors).toBe(before);
  });

  test('an interrupted and resumed run leaves what an uninterrupted one leaves', async () => {
    const [whole, parts] = [options(), options({ resume: true })];
    const [steps, resumed]: [unknown[], unknown[]] = [[], []];
    for await (const { losses } of train(recipe, whole)) steps.push(losses);
    for await (const { losses, iteration } of train(recipe, parts)) {
      resumed.push(losses);
      if (iteration === 4) break;
    }
    for await (const { losses } of train(recipe, parts)) resumed.push(losses);
    expect(resumed).toEqual(steps);
    const weights = async ({ out }: TrainOptions): Promise<unknown> =>
      readSafetensors(await readFile(join(out, 'last.safetensors'))).tensors;
    expect(await weights(parts)).toEqual(await weights(whole));
  });

  test('has one that comes along, the default of recipes', async () => {
    await verifyCard(await readFile(shipped.url));
    const recipe = resolveRecipe('compact', {
      'encoders.structure': { network: 'nse' },
      'losses.structure': { kind: 'structure', weight: 1, encoder: 'structure' },
    });
    const { structure } = await loadEncoders(recipe as SuperResolutionRecipe);
    const { conv6 } = tidy(() => structure!(ones([1, 32, 24, 3]) as Tensor4D, { layers: ['conv6'] }));
    expect(conv6!.shape).toEqual([1, 8, 6, 32]);
    dispose([conv6!]);
    structure!.dispose();
  });

  test('knows no low resolution', async () => {
    await expect(train(recipe, options({ lr: photos }))).rejects.toThrow(
      expect.objectContaining({ code: 'recipe/invalid' }),
    );
  });
});
