// The recipes in packages/sr-weights/training are those that the cards of the networks tell of, and can be trained again; of a
// network that was trained twice NAME.first.json is the first, in whose folder below runs/ the second begins.
import { readdirSync, readFileSync } from 'node:fs';
import type { ModelCard } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { checkRecipe } from './check-recipe.js';
import type { SuperResolutionRecipe } from './recipe.js';

const folder = new URL('../../sr-weights/training/', import.meta.url);
const names = readdirSync(folder).flatMap(file => (/^[^.]+\.json$/.test(file) ? [file.slice(0, -'.json'.length)] : []));

function readRecipe(name: string): SuperResolutionRecipe {
  return checkRecipe(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))) as SuperResolutionRecipe;
}

test.each(names)('%s', async name => {
  const { steps, seed, losses, schedule, data, init } = readRecipe(name);
  const card = await cardOf(name);
  expect(card.training).toMatchObject({ steps, seed });
  const told = { losses, schedule, data };
  for (const [part, value] of Object.entries(told))
    expect(JSON.parse(String(card.training[part])), part).toEqual(value);
  const first = init?.weights.startsWith('runs/') ? readRecipe(init.weights.slice('runs/'.length)) : { init };
  // What the first training begins with comes along, so that nothing else is needed.
  if (first.init !== null) expect(first.init!.weights).toMatch(/^sr-weights\//);
  if (card.fidelity === undefined) return;
  // A perceptual form began with the network for fidelity, or with another form of it.
  const began = await cardOf(first.init!.weights.slice('sr-weights/'.length));
  expect([began.name, began.fidelity]).toContain(card.fidelity);
});

async function cardOf(name: string): Promise<ModelCard> {
  return ((await import(`sr-weights/${name}`)) as { default: { card: ModelCard } }).default.card;
}

test('there are some', () => {
  expect(names.length).toBeGreaterThan(1);
});
