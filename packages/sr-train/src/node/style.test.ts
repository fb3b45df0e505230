import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { writePicture } from 'sr-data/node';
import { readSafetensors } from 'sr-tensor/weights';
import { loadStyle } from 'style-transfer';
import { beforeAll, describe, expect, test } from 'vitest';
import { photoFolder } from '../fixtures/photo-folder.js';
import type { Recipe } from '../recipe.js';
import { resolveRecipe } from '../resolve-recipe.js';
import { type TrainOptions, train } from './train.js';

const { folder, photos, options } = photoFolder({ count: 24, side: 48, backend: 'wasm', logEvery: 3 });
const painting = (name: string): string => join(folder, name);

const recipe = (overrides: Readonly<Record<string, unknown>> = {}, name = 'johnson-style'): Recipe =>
  resolveRecipe(name, {
    form: 'small',
    style: painting('waves.png'),
    styleSize: 40,
    steps: 4,
    'network.config.channels': 2,
    'network.config.blocks': 1,
    'encoders.feature.weights': 'random',
    'losses.content.layers': ['fire2'],
    'losses.style.layers': { relu1: 1, fire2: 1 },
    'data.patchSize': 32,
    'validation.every': 2,
    'validation.heldOut': 2,
    ...overrides,
  });

beforeAll(async () => {
  for (const [name, width] of [
    ['waves.png', 60],
    ['ink.png', 50],
  ] as const) {
    const data = Uint8Array.from({ length: width * 44 * 3 }, (_, i) => 128 + 100 * Math.sin(i / width));
    await writePicture(painting(name), { data, width, height: 44, channels: 3 });
  }
});

describe('train with a recipe of a style', () => {
  test('leaves a style that can be loaded, and a report with painted pictures', async () => {
    const before = memory().numTensors;
    const [messages, objectives]: [string[], number[]] = [[], []];
    const asked = options({
      onMessage: text => messages.push(text),
      onValidation: ({ scores }) => objectives.push(scores.objective!),
    });
    const { best, finished, weights, report } = await train(recipe(), asked);
    expect(finished).toBe(true);
    expect(messages).toEqual(['Training on 22 pictures, validating on 2.']);
    expect(objectives.length).toBe(2);
    expect(best!.scores.objective).toBe(Math.min(...objectives));
    const html = await readFile(report!, 'utf8');
    expect(html.match(/<img alt="painted"/g)).toHaveLength(2);
    expect(html).toContain('<img alt="style"');
    const style = await loadStyle(await readFile(weights!));
    expect(style.network.config).toMatchObject({ channels: 2, blocks: 1, styles: 1, padding: 'reflect' });
    expect(style.card).toMatchObject({
      training: { recipe: 'johnson-style', form: 'small', style: 'waves.png' },
      results: { validation: { objective: best!.scores.objective } },
    });
    style.dispose();
    await expect(train(recipe(), { ...asked, resume: true }).best()).rejects.toThrow(
      expect.objectContaining({ code: 'train/no-upscaler' }),
    );
    expect(memory().numTensors).toBe(before);
  });

  test('several styles make one network, and go on exactly', async () => {
    const both = recipe({ style: [painting('waves.png'), painting('ink.png')] }, 'johnson-style-multi');
    const [whole, parts] = [options(), options({ resume: true })];
    const [steps, resumed]: [unknown[], unknown[]] = [[], []];
    for await (const { losses } of train(both, whole)) steps.push(losses);
    for await (const { losses, iteration } of train(both, parts)) {
      resumed.push(losses);
      if (iteration === 3) break;
    }
    for await (const { losses } of train(both, parts)) resumed.push(losses);
    expect(resumed).toEqual(steps);
    const weights = async ({ out }: TrainOptions): Promise<unknown> =>
      readSafetensors(await readFile(join(out, 'last.safetensors'))).tensors;
    expect(await weights(parts)).toEqual(await weights(whole));
    const style = await loadStyle(await readFile(join(whole.out, 'best.safetensors')));
    expect(style.network.config.styles).toBe(2);
    expect(style.card!.training!.style).toBe('waves.png, ink.png');
    style.dispose();
  });

  test('begins with another style where it is told to', async () => {
    const first = options();
    await train(recipe({ steps: 2 }), first);
    const second = options();
    const begun = recipe({ init: { weights: first.out }, style: painting('ink.png'), steps: 1 });
    await train({ ...begun, schedule: { kind: 'constant', learningRate: 1e-12, warmUp: 0 } } as Recipe, second);
    const tensors = async (out: string, name: string): Promise<number[]> =>
      Array.from(readSafetensors(await readFile(join(out, name))).tensors.get('conv1.conv2d.weight')!.data);
    const [before, after] = [
      await tensors(first.out, 'best.safetensors'),
      await tensors(second.out, 'last.safetensors'),
    ];
    after.forEach((value, i) => {
      expect(value).toBeCloseTo(before[i]!, 6);
    });
  });

  test('says what is missing or out of place', async () => {
    const invalid = (message: RegExp): unknown =>
      expect.objectContaining({ code: 'recipe/invalid', message: expect.stringMatching(message) });
    await expect(train(recipe({ style: null }), options())).rejects.toThrow(invalid(/--set style=PICTURE/));
    await expect(train(recipe(), options({ lr: photos }))).rejects.toThrow(invalid(/leave lr and masks out/));
    await expect(train(recipe({ style: painting('none.png') }), options())).rejects.toThrow(
      expect.objectContaining({ code: 'picture/not-found' }),
    );
    expect(() => recipe({ style: [] })).toThrow(invalid(/style: expected the file of a picture, or several/));
  });
});
