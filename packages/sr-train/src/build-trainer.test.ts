import { learningRateAt } from 'sr-tensor/optimizers';
import { expect, test } from 'vitest';
import { buildTrainer } from './build-trainer.js';
import { scheduleOf } from './phases.js';
import { resolveRecipe } from './resolve-recipe.js';

test('the rate of the compact recipe rises over 200 steps and falls along half a cosine', () => {
  const recipe = resolveRecipe('compact', { steps: 10_000 });
  const rate = (step: number): number => learningRateAt(scheduleOf(recipe.schedule, recipe.steps as number), step);
  expect(rate(0)).toBeCloseTo(2e-3 / 200, 8);
  // (2e-3 - 1e-6) (1 + cos(pi / 20)) / 2 + 1e-6 at a twentieth of the way.
  expect(rate(500)).toBeCloseTo(1.98769e-3, 8);
  expect(rate(5000)).toBeCloseTo((2e-3 + 1e-6) / 2, 8);
  expect(rate(9999)).toBeCloseTo(1e-6, 8);
});

test('the rate of a schedule in steps falls at its milestones', () => {
  const overrides = { 'schedule.kind': 'step', 'schedule.milestones': [10, 20], 'schedule.factor': 0.1 };
  const recipe = resolveRecipe('compact', { ...overrides, 'schedule.warmUp': 0 });
  const schedule = scheduleOf(recipe.schedule, recipe.steps as number);
  expect([9, 10, 20].map(step => learningRateAt(schedule, step))).toEqual([
    expect.closeTo(2e-3, 10),
    expect.closeTo(2e-4, 10),
    expect.closeTo(2e-5, 10),
  ]);
});

test.each([
  [{ 'network.name': 'conpact' }, 'network/unknown'],
  [{ 'network.config.scale': 0 }, 'network/config'],
  [{ 'losses.pixel.weight': 0 }, 'losses/weight'],
])('names what does not exist: %o', (overrides, code) => {
  expect(() => buildTrainer(resolveRecipe('compact', overrides))).toThrow(expect.objectContaining({ code }));
});
