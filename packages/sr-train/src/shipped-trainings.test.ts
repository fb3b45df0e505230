// The recipes and logs in packages/sr-weights/training are those that the cards of the networks tell of, and can be trained again;
// of a network that was trained twice NAME.first.json is the first, in whose folder below runs/ the second begins.
import { readFileSync } from 'node:fs';
import type { ModelCard } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { checkRecipe } from './check-recipe.js';
import type { JournalEntry } from './node/journal.js';
import type { SuperResolutionRecipe } from './recipe.js';

const weights = new URL('../../sr-weights/', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', weights), 'utf8')) as { exports: object };
const enlargers = Object.keys(exports).flatMap(path => /^\.\/(x\d.*)$/.exec(path)?.[1] ?? []);

test.each(enlargers)('%s', async name => {
  const [card, recipe] = [await cardOf(name), readRecipe(name)];
  const { network, task, form, steps, seed, emaDecay, generatorEvery, accumulate, jitter, init } = recipe;
  expect(card.training).toMatchObject({ task, form, steps, seed, emaDecay, generatorEvery, accumulate, jitter });
  for (const part of ['optimizer', 'schedule', 'data', 'losses', 'encoders', 'discriminators'] as const) {
    expect(JSON.parse(String(card.training[part] ?? '{}')), part).toEqual(recipe[part]);
  }
  // Of a network that was trained wide the card tells both forms, in full.
  const { network: wide = JSON.stringify(card.network) } = card.training;
  expect(JSON.parse(String(wide))).toMatchObject(network);

  const validations = readLog(name).filter(line => line.type === 'validation');
  const { iteration, seconds } = card.training;
  const shipped = validations.find(line => line.iteration === iteration);
  expect(shipped, 'a validation of the step that ships').toBeDefined();
  expect([validations.at(-1), validations.findLast(({ isBest }) => isBest)], 'the last, or the best').toContain(
    shipped,
  );
  expect(shipped!.seconds / Number(seconds)).toBeCloseTo(1, 1);

  // What a training begins with comes along, so that nothing else is needed.
  const isSecond = init?.weights.startsWith('runs/');
  if (isSecond) expect(init!.weights).toBe(`runs/${name}.first`);
  const first = isSecond ? readRecipe(`${name}.first`) : recipe;
  if (isSecond) expect(JSON.parse(String(card.training.first))).toMatchObject({ ...first });
  if (first.init !== null) expect(first.init.weights).toMatch(/^sr-weights\//);
  if (card.fidelity === undefined) return;
  // A perceptual form began with the network for fidelity, or with another form of it.
  const began = await cardOf(first.init!.weights.slice('sr-weights/'.length));
  expect([began.name, began.fidelity]).toContain(card.fidelity);
});

test('there are some', () => {
  expect(enlargers.length).toBeGreaterThan(10);
});

function readRecipe(name: string): SuperResolutionRecipe {
  return checkRecipe(JSON.parse(read(`${name}.json`))) as SuperResolutionRecipe;
}

function readLog(name: string): JournalEntry[] {
  return read(`${name}.log.jsonl`)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as JournalEntry);
}

function read(file: string): string {
  return readFileSync(new URL(`training/${file}`, weights), 'utf8');
}

async function cardOf(name: string): Promise<ModelCard> {
  return ((await import(`sr-weights/${name}`)) as { default: { card: ModelCard } }).default.card;
}
