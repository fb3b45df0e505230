import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeRecipes, openRecipe, recipeNames } from './recipes.js';

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

test.each(['missing', 'below/missing.json', './missing', 'missing.json'])('%s', async name => {
  const code = name === 'missing' ? 'recipe/unknown' : 'file/not-found';
  await expect(openRecipe(name, [])).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
});

test('all recipes can be listed, each with a line about it and what can be chosen', () => {
  const listed = describeRecipes();
  expect(listed.map(({ name }) => name)).toEqual(recipeNames);
  for (const { name, description, choices } of listed) {
    expect(description, name).toMatch(/\w/);
    expect(choices.form, name).toContain('small');
  }
  expect(listed.find(({ name }) => name === 'tsrn-g')).toMatchObject({
    choices: { form: ['paper', 'code', 'small'], scale: [4, 8] },
    source: expect.stringContaining('Gondal'),
  });
});

test('choices and fields are named where they do not fit', async () => {
  expect(await openRecipe('tsrn-g', ['form=code', 'scale=8'])).toMatchObject({
    form: 'code',
    network: { config: { scale: 8 } },
  });
  await expect(openRecipe('srgan', ['form=code'])).rejects.toThrow(
    /form: expected one of paper, small, received "code"/,
  );
  await expect(openRecipe('srgan', ['losses.perceptul.weight=2'])).rejects.toThrow(/losses\.perceptul/);
  await expect(openRecipe('srgn', [])).rejects.toThrow(/Did you mean "srgan"/);
});
