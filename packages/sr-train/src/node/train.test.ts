import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { readCard, readSafetensors, verifyCard, type WeightTensor } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { photoFolder } from '../fixtures/photo-folder.js';
import { smallRecipe, writePhotos } from '../fixtures/small-run.js';
import type { Recipe } from '../recipe.js';
import type { TrainStep } from '../train-steps.js';
import type { JournalEntry } from './journal.js';
import { train } from './train.js';

const { folder, photos, options } = photoFolder({ count: 24, backend: 'cpu', logEvery: 3 });

describe('train', () => {
  test('trains and leaves weights, log, report and checkpoints', async () => {
    const messages: string[] = [];
    const progress: TrainStep[] = [];
    const asked = options({
      onMessage: text => messages.push(text),
      onProgress: step => progress.push(step),
      card: { name: 'tiny', license: 'MIT' },
    });
    const run = train(smallRecipe, asked);
    const summary = await run;
    expect(summary).toMatchObject({ iteration: 12, steps: 12, finished: true });
    expect(summary.best?.scores.psnr).toBeGreaterThan(10);
    expect(progress.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(progress.at(-1)).toMatchObject({ secondsLeft: 0, steps: 12 });
    expect(messages).toEqual(['Training on 22 pictures, validating on 2.']);
    expect((await readdir(asked.out)).sort()).toEqual([
      'best.safetensors',
      'checkpoints',
      'last.safetensors',
      'log.jsonl',
      'recipe.json',
      'report.html',
    ]);
    expect(JSON.parse(await readFile(join(asked.out, 'recipe.json'), 'utf8'))).toEqual(smallRecipe);
    const log = await readLog(asked.out);
    expect(log.filter(({ type }) => type === 'train').map(({ iteration }) => iteration)).toEqual([3, 6, 9, 12]);
    expect(log.filter(({ type }) => type === 'validation').map(({ iteration }) => iteration)).toEqual([4, 8, 12]);

    const bytes = await readFile(summary.weights!);
    await verifyCard(bytes);
    expect(readCard(readSafetensors(bytes))).toMatchObject({
      name: 'tiny',
      license: 'MIT',
      trainingData: 'photos',
      network: { name: 'compact', config: { scale: 2, channels: 4, depth: 1 } },
      scale: 2,
      results: { validation: summary.best!.scores },
    });
    const before = memory().numTensors;
    const { network, parameters } = await run.best();
    expect(network.scale).toBe(2);
    expect(parameters.names()).toContain('tail.weight');
    parameters.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('begins with the weights of a file, or with those of them that fit', async () => {
    const first = await train(smallRecipe, options());
    // Steps so small that they change nothing.
    const still = {
      ...smallRecipe,
      steps: 1,
      emaDecay: 0,
      schedule: { kind: 'constant', learningRate: 1e-30, warmUp: 0 },
    } as const;
    const after = async (recipe: Recipe): Promise<ReadonlyMap<string, WeightTensor>> =>
      readSafetensors(await readFile((await train(recipe, options())).weights!)).tensors;
    const given = readSafetensors(await readFile(first.weights!)).tensors;
    const same = await after({ ...still, init: { weights: first.weights!, partial: false, widen: false } });
    for (const [name, { data }] of given) expect(same.get(name)!.data, name).toEqual(data);

    const network = { name: 'compact', config: { ...smallRecipe.network.config, scale: 3 } };
    const trunk = await after({ ...still, network, init: { weights: first.weights!, partial: true, widen: false } });
    const fresh = await after({ ...still, network });
    expect(trunk.get('body.0.weight')).toEqual(given.get('body.0.weight'));
    expect(trunk.get('tail.weight')).toEqual(fresh.get('tail.weight'));
    await expect(
      train({ ...still, network, init: { weights: first.weights!, partial: false, widen: false } }, options()),
    ).rejects.toThrow('"tail.weight": expected the shape [27, 4, 3, 3], the weights hold [12, 4, 3, 3].');
    const wider = { name: 'compact', config: { ...smallRecipe.network.config, channels: 6 } };
    const widened = await after({
      ...still,
      network: wider,
      init: { weights: first.weights!, partial: false, widen: true },
    });
    expect(widened.get('head.bias')!.data.subarray(0, 4)).toEqual(given.get('head.bias')!.data);
    expect(widened.get('tail.weight')!.shape).toEqual([12, 6, 3, 3]);
    const other = { name: 'srcnn', config: { scale: 2 } };
    await expect(
      train({ ...still, network: other, init: { weights: first.weights!, partial: true, widen: false } }, options()),
    ).rejects.toMatchObject({ code: 'train/no-weights', message: expect.stringContaining('of which none does') });
  });

  test('an interrupted and resumed run leaves what an uninterrupted one leaves', async () => {
    const [whole, parts] = [options(), options({ resume: true })];
    const steps: TrainStep[] = [];
    for await (const step of train(smallRecipe, whole)) steps.push(step);
    const resumed: TrainStep[] = [];
    const first = train(smallRecipe, parts);
    for await (const step of first) {
      resumed.push(step);
      if (step.iteration === 7) break;
    }
    expect(await first).toMatchObject({ iteration: 7, finished: false });
    const messages: string[] = [];
    for await (const step of train(smallRecipe, { ...parts, onMessage: text => messages.push(text) }))
      resumed.push(step);
    expect(messages).toContain('Resumed after step 7 of 12.');
    expect(resumed.map(({ losses }) => losses)).toEqual(steps.map(({ losses }) => losses));
    const timeless = (entry: JournalEntry): object => ({ ...entry, seconds: 0, waiting: 0 });
    expect((await readLog(parts.out)).map(timeless)).toEqual((await readLog(whole.out)).map(timeless));
    for (const name of ['best.safetensors', 'last.safetensors']) {
      const [a, b] = await Promise.all([whole, parts].map(({ out }) => readFile(join(out, name))));
      expect(readSafetensors(a!).tensors).toEqual(readSafetensors(b!).tensors);
    }
    // Nothing is left to do: it says how it ended.
    expect(await train(smallRecipe, parts)).toMatchObject({ iteration: 12, finished: true });
  });

  test('never overwrites a run', async () => {
    const asked = options();
    await train(smallRecipe, asked);
    const before = await readFile(join(asked.out, 'best.safetensors'));
    await expect(train(smallRecipe, asked)).rejects.toMatchObject({
      code: 'train/exists',
      message: expect.stringContaining('--resume'),
    });
    const other = { ...smallRecipe, seed: 2 };
    await expect(train(other, { ...asked, resume: true })).rejects.toMatchObject({
      code: 'train/recipe-changed',
      message: expect.stringContaining('seed was 1, now it is 2'),
    });
    expect(await readFile(join(asked.out, 'best.safetensors'))).toEqual(before);
  });

  test('refuses a folder in which another process trains, not one whose process has gone', async () => {
    const asked = options({ resume: true });
    await mkdir(asked.out);
    const lock = join(asked.out, 'training.pid');
    await writeFile(lock, `${process.ppid}\n`);
    await expect(train(smallRecipe, asked)).rejects.toMatchObject({ code: 'train/running' });
    expect(await readFile(lock, 'utf8')).toBe(`${process.ppid}\n`);
    // No process has so large a number (Linux: at most 2^22).
    await writeFile(lock, '99999999\n');
    await train({ ...smallRecipe, steps: 1 }, asked);
    expect(await readdir(asked.out)).not.toContain('training.pid');
  });

  test('resuming where there is nothing begins anew, with a word', async () => {
    const messages: string[] = [];
    const asked = options({ resume: true, steps: 2, onMessage: text => messages.push(text) });
    expect(await train(smallRecipe, asked)).toMatchObject({ finished: true });
    expect(messages.join()).toContain('begins anew');
  });

  test('saves, then rejects when it is aborted', async () => {
    const controller = new AbortController();
    const asked = options({
      signal: controller.signal,
      onProgress: ({ iteration }) => iteration === 6 && controller.abort(new Error('enough')),
    });
    const before = memory().numTensors;
    await expect(train(smallRecipe, asked)).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(join(asked.out, 'checkpoints'))).toEqual(['step-000000006.safetensors']);
    expect(memory().numTensors).toBe(before);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('validates on folders of their own, with and without pairs', async () => {
    const validation = join(folder, 'validation');
    await mkdir(validation);
    await writePhotos(validation, 2);
    const messages: string[] = [];
    const onMessage = (text: string): unknown => messages.push(text);
    const { best } = await train(smallRecipe, options({ steps: 2, validation, onMessage }));
    expect(best?.scores.psnr).toBeGreaterThan(10);
    expect(messages[0]).toBe('Training on 24 pictures, validating on 2.');
    const wrong = { hr: validation, lr: validation };
    await expect(train(smallRecipe, options({ validation: wrong }))).rejects.toMatchObject({ code: 'data/pair' });
  });

  test('without pictures to spare it trains without validation', async () => {
    const few = join(folder, 'few');
    await mkdir(few);
    await writePhotos(few, 3);
    const summary = await train(smallRecipe, options({ data: few }));
    expect(summary.best).toBeUndefined();
    expect(summary.weights).toMatch(/last\.safetensors$/);
  });

  test.each([
    ['a folder that there is not', async () => join(folder, 'nowhere'), 'picture/not-found'],
    ['a folder without pictures', async (empty: string) => empty, 'picture/none-found'],
    ['pictures that are too small', async (empty: string) => writePhotos(empty, 2, 8).then(() => empty), 'data/empty'],
    [
      'pictures that are broken',
      async (empty: string) => writeFile(join(empty, 'a.png'), 'no picture').then(() => empty),
      'data/broken',
    ],
  ])('refuses %s', async (_, prepare, code) => {
    const data = await prepare(await mkdtemp(join(folder, 'data-')));
    const asked = options({ data });
    await expect(train(smallRecipe, asked)).rejects.toMatchObject({ code });
    // What was wrong can be put right and the same line run again.
    await expect(train(smallRecipe, { ...asked, data: photos, steps: 1 })).resolves.toMatchObject({ finished: true });
  });

  test('refuses what is no recipe, at once', () => {
    expect(() => train({ ...smallRecipe, emaDecay: 2 }, options())).toThrow(
      expect.objectContaining({ code: 'recipe/invalid', message: expect.stringContaining('emaDecay') }),
    );
    expect(() => train(smallRecipe, options({ steps: 0.5 }))).toThrow(
      expect.objectContaining({ code: 'recipe/invalid' }),
    );
  });
});

async function readLog(out: string): Promise<JournalEntry[]> {
  const text = await readFile(join(out, 'log.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
}
