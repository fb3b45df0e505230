// The recipes in packages/sr-weights/training are those that the cards of the networks tell of, and can be trained again.
import { readdirSync, readFileSync } from 'node:fs';
import type { ModelCard } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { checkRecipe } from './check-recipe.js';
import type { SuperResolutionRecipe } from './recipe.js';

const folder = new URL('../../sr-weights/training/', import.meta.url);
const names = readdirSync(folder).flatMap(file => (/^[^.]+\.json$/.test(file) ? [file.slice(0, -'.json'.length)] : []));

test.each(names)('%s', async name => {
  const recipe = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
  const { steps, seed, losses, schedule, data, init } = checkRecipe(recipe) as SuperResolutionRecipe;
  const { card } = ((await import(`sr-weights/${name}`)) as { default: { card: ModelCard } }).default;
  expect(card.training).toMatchObject({ steps, seed });
  const told = { losses, schedule, data };
  for (const [part, value] of Object.entries(told))
    expect(JSON.parse(String(card.training[part])), part).toEqual(value);
  // What it begins with comes along, so that nothing else is needed.
  if (init !== null) expect(init.weights).toMatch(/^sr-weights\//);
  if (card.fidelity !== undefined) expect(init?.weights).toBe(`sr-weights/${card.fidelity}`);
});

test('there are some', () => {
  expect(names.length).toBeGreaterThan(1);
});
