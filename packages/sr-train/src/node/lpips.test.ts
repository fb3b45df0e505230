import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePicture } from 'sr-data/node';
import { readLpipsLinear } from 'sr-metrics';
import { Random } from 'sr-tensor';
import { readSafetensors } from 'sr-tensor/weights';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveRecipe } from '../resolve-recipe.js';
import { train } from './train.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-lpips-'));
  for (const set of ['first', 'second']) await writeSet(join(folder, 'train', set), 10);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const side = 32;

/** Triplets of noise: p0 is nearer to the reference, and people say so. */
async function writeSet(path: string, count: number): Promise<void> {
  for (const role of ['ref', 'p0', 'p1', 'judge']) await mkdir(join(path, role), { recursive: true });
  const random = new Random(count);
  for (let i = 0; i < count; i++) {
    const reference = Array.from({ length: side * side * 3 }, () => random.uniform(60, 200));
    const write = (role: string, noise: number): Promise<void> =>
      writePicture(join(path, role, `${i}.png`), {
        data: Uint8Array.from(reference, value => value + random.uniform(-noise, noise)),
        width: side,
        height: side,
        channels: 3,
      });
    await write('ref', 0);
    await write('p0', 10);
    await write('p1', 50);
    await writeFile(join(path, 'judge', `${i}.npy`), npy(0));
  }
}

/** One float32 in NumPy's format. */
function npy(value: number): Uint8Array {
  const head = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".padEnd(118, '\n');
  const bytes = new Uint8Array(10 + head.length + 4);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, head.length, 0]);
  bytes.set(new TextEncoder().encode(head), 10);
  new DataView(bytes.buffer).setFloat32(10 + head.length, value, true);
  return bytes;
}

const recipe = resolveRecipe('lpips-lin', {
  network: 'squeeze',
  'encoder.weights': 'random',
  'data.batchSize': 4,
  'data.patchSize': side,
  'schedule.learningRate': 1e-2,
  'validation.heldOut': 2,
  steps: '3 epochs',
  'schedule.from': '2 epochs',
  'validation.every': '1 epochs',
});

test('trains on folders of sets, resumes exactly, and leaves layers that LPIPS reads', async () => {
  const run = (out: string, more: object = {}) =>
    train(recipe, { data: join(folder, 'train'), out: join(folder, out), backend: 'wasm', ...more });
  const rates: number[] = [];
  const losses: number[] = [];
  const whole = run('whole');
  for await (const step of whole) {
    rates.push(step.learningRate);
    losses.push(step.losses.ranking!);
  }
  // Two of twenty are held out: 18 triplets, 5 steps an epoch.
  expect(rates).toEqual(
    [...Array(10).fill(0.01), 0.01, 0.008, 0.006, 0.004, 0.002].map(rate => expect.closeTo(rate, 9)),
  );
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const { best, weights } = await whole;
  expect(best!.scores['2afc']).toBe(1);
  const linear = readLpipsLinear(readSafetensors(await readFile(weights!)).tensors);
  expect(linear.map(({ length }) => length)).toEqual([64, 128, 256, 384, 384, 512, 512]);
  expect(linear.every(values => values.every(value => value >= 0))).toBe(true);

  const first = run('parts', { checkpoint: { everySteps: 1 } });
  for await (const step of first) if (step.iteration === 7) break;
  const rest: number[] = [];
  for await (const step of run('parts', { resume: true })) rest.push(step.losses.ranking!);
  expect(rest).toEqual(losses.slice(7));
});

test('names what is missing', async () => {
  const run = (changes: object, data = join(folder, 'train')) =>
    train(resolveRecipe(recipe, { ...changes }), { data, out: join(folder, 'wrong'), backend: 'wasm' });
  await expect(run({ 'encoder.network': 'vgg19' })).rejects.toMatchObject({ code: 'recipe/invalid' });
  await expect(run({}, folder)).rejects.toMatchObject({ code: 'bapps/layout' });
});
