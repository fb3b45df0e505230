import { describe, expect, test } from 'vitest';
import { recipes } from './recipes/index.js';
import { parseOverrides, resolveRecipe } from './resolve-recipe.js';

describe('resolveRecipe', () => {
  test('gives a recipe as it is', () => {
    expect(resolveRecipe('compact')).toEqual(recipes.compact());
  });

  test('names the recipes there are, and the nearest', () => {
    expect(() => resolveRecipe('conpact')).toThrow(
      expect.objectContaining({
        code: 'recipe/unknown',
        message: expect.stringMatching(/there are compact.*mean "compact"/),
      }),
    );
    expect(() => resolveRecipe('toString')).toThrow(expect.objectContaining({ code: 'recipe/unknown' }));
  });

  test('changes values by their path, and only those', () => {
    const recipe = resolveRecipe('compact', {
      steps: 7,
      'network.config.scale': 2,
      'losses.pixel.kind': 'charbonnier',
    });
    const expected = recipes.compact({ scale: 2 });
    expect(recipe).toEqual({ ...expected, steps: 7, losses: { pixel: { kind: 'charbonnier', weight: 1 } } });
    expect(recipes.compact().steps).not.toBe(7);
  });

  test('changes nothing but the recipe', () => {
    expect(() => resolveRecipe('compact', { '__proto__.polluted': 1, 'constructor.polluted': 1 })).toThrow();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((Object as { polluted?: number }).polluted).toBeUndefined();
  });

  test('takes a recipe as well as a name', () => {
    expect(resolveRecipe(recipes.compact(), { seed: 3 })).toEqual({ ...recipes.compact(), seed: 3 });
    expect(() => resolveRecipe({})).toThrow(expect.objectContaining({ code: 'recipe/invalid' }));
  });

  test('adds and takes away losses', () => {
    const recipe = resolveRecipe('compact', {
      'losses.pixel': null,
      'losses.mse.kind': 'l2',
      'losses.mse.weight': 0.5,
    });
    expect(recipe).toHaveProperty('losses', { mse: { kind: 'l2', weight: 0.5 } });
  });

  test('changes the kind of a schedule with the fields that belong to it', () => {
    const { schedule } = resolveRecipe('compact', {
      'schedule.kind': 'step',
      'schedule.milestones': [100, 200],
      'schedule.factor': 0.5,
    });
    expect(schedule).toEqual({ kind: 'step', learningRate: 2e-3, warmUp: 200, milestones: [100, 200], factor: 0.5 });
  });

  test.each([
    [{ step: 1 }, /no field "step".*mean "steps"/],
    [{ 'schedule.learninRate': 1 }, /"schedule" has no field "learninRate".*mean "schedule.learningRate"/],
    [{ 'losses.pixel.wieght': 1 }, /"losses.pixel" has no field "wieght".*mean "losses.pixel.weight"/],
  ])('names a field that there is not, and the nearest: %o', (overrides, message) => {
    expect(() => resolveRecipe('compact', overrides)).toThrow(
      expect.objectContaining({ code: 'recipe/field', message: expect.stringMatching(message) }),
    );
  });

  test.each([
    [{ steps: 'many' }, /steps/],
    [{ steps: 0 }, /steps/],
    [{ emaDecay: 1 }, /emaDecay/],
    [{ 'schedule.kind': 'step' }, /schedule\.(milestones|factor)/],
    [{ 'schedule.kind': 'exponential' }, /schedule\.kind/],
    [{ 'losses.pixel.kind': 'l3' }, /losses\.pixel\.kind/],
    [{ 'data.batchSize.x': 1 }, /data\.batchSize/],
    [{ losses: {} }, /losses/],
  ])('names the field whose value does not fit: %o', (overrides, message) => {
    expect(() => resolveRecipe('compact', overrides)).toThrow(
      expect.objectContaining({ code: 'recipe/invalid', message: expect.stringMatching(message) }),
    );
  });
});

describe('parseOverrides', () => {
  test('reads numbers, lists and texts', () => {
    expect(
      parseOverrides(['steps=1e3', 'schedule.milestones=[1,2]', 'losses.pixel.kind=l2', 'clipNorm=null', 'name=a=b']),
    ).toEqual({
      steps: 1000,
      'schedule.milestones': [1, 2],
      'losses.pixel.kind': 'l2',
      clipNorm: null,
      name: 'a=b',
    });
  });

  test('refuses a text without a value', () => {
    expect(() => parseOverrides(['steps'])).toThrow(expect.objectContaining({ code: 'recipe/field' }));
  });
});
