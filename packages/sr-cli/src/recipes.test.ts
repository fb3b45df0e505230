import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openRecipe } from './recipes.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-recipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a recipe has a name or lies in a file, and can be changed', async () => {
  const named = await openRecipe('compact', ['losses.pixel.kind=charbonnier', 'clipNorm=0.5']);
  expect(named).toMatchObject({ losses: { pixel: { kind: 'charbonnier', weight: 1 } }, clipNorm: 0.5 });
  const path = join(folder, 'mine.json');
  writeFileSync(path, JSON.stringify(named));
  expect(await openRecipe(path, ['steps=9'])).toEqual({ ...named, steps: 9 });
});

test('a file must be JSON', async () => {
  const path = join(folder, 'broken.json');
  writeFileSync(path, '{ steps: 9 }');
  await expect(openRecipe(path, [])).rejects.toMatchObject({ code: 'recipe/invalid' });
});
