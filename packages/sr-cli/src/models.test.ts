import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCard } from 'sr-tensor/weights';
import { readWeightFile, writeWeightFile } from 'sr-tensor/weights/node';
import { afterAll, describe, expect, it } from 'vitest';
import { openUpscaler, shippedModel } from './models.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-models-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** What `--perceptual 0.5` goes between, as results call it. */
async function between(model?: string, scale?: number): Promise<string> {
  const choice = { model, scale, perceptual: 0.5, backend: 'wasm', workers: 0 } as const;
  const { name, upscaler } = await openUpscaler(choice, new AbortController().signal);
  upscaler.dispose();
  return name;
}

async function fileOf(model: string): Promise<string> {
  return fileURLToPath(new URL((await shippedModel(model)).url));
}

describe('--perceptual', () => {
  it('takes the form of the lowest LPIPS, unless one is named', async () => {
    expect(await between()).toBe('x4-small+0.5*x4-small-texture');
    expect(await between('x4-medium')).toBe('x4-medium+0.5*x4-medium-texture');
    expect(await between('x4-medium-structure')).toBe('x4-medium+0.5*x4-medium-structure');
  });

  it('takes a file whose card names its network for fidelity', async () => {
    const own = await readWeightFile(await fileOf('x4-small-texture'));
    const card = { ...readCard(own)!, name: 'mine' };
    await writeWeightFile(at('mine.safetensors'), own.tensors, { card });
    expect(await between(at('mine.safetensors'))).toBe('x4-small+0.5*mine');

    await writeWeightFile(at('huge.safetensors'), own.tensors, { card: { ...card, fidelity: 'x4-huge' } });
    await writeWeightFile(at('none.safetensors'), own.tensors);
    for (const [path, found] of [
      [at('huge.safetensors'), 'its card names x4-huge'],
      [at('none.safetensors'), 'it has no card'],
      [await fileOf('x4-small'), 'its card names none'],
    ] as const) {
      await expect(between(path)).rejects.toMatchObject({
        code: 'model/perceptual',
        message: expect.stringMatching(new RegExp(`^${path} needs a model card .*; ${found}\\.`)),
      });
    }
  });

  it.each([
    ['x4-smal', undefined, 'model/unknown', 'Did you mean "x4-small"?'],
    ['nowhere/x.safetensors', undefined, 'weights/unavailable', 'x.safetensors'],
    [undefined, 5, 'model/scale', 'there are some for 2, 3, 4, 8'],
    ['x4-medium', 3, 'model/scale', 'enlarges 4 times; expected 3'],
    [undefined, 2, 'model/perceptual', '"x2-small" has no perceptual form'],
  ])('says of %s, x%s what is wrong', async (model, scale, code, words) => {
    await expect(between(model, scale)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
