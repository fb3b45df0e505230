import { tensor, variable } from '@tensorflow/tfjs-core';
import { muon } from 'sr-tensor/optimizers';
import { expect, test } from 'vitest';
import { buildOptimizer } from './player-of.js';
import { resolveRecipe } from './resolve-recipe.js';

test('the numbers of Muon reach it, and all of them have defaults', () => {
  const step = (optimizer: ReturnType<typeof muon>): number[] => {
    const kernel = variable(tensor([1, 2, 3, 4], [2, 2]));
    const bias = variable(tensor([1, 2]));
    const parameters = new Map([
      ['kernel', kernel],
      ['bias', bias],
    ]);
    for (const slope of [1, -3]) {
      optimizer.step(parameters, { kernel: tensor([slope, 0, 2, 1], [2, 2]), bias: tensor([slope, 2]) });
    }
    return [...kernel.dataSync(), ...bias.dataSync()];
  };
  const numbers = { momentum: 0.5, beta1: 0.6, beta2: 0.7, epsilon: 0.1, weightDecay: 0.2 };
  const described = (overrides: object): ReturnType<typeof muon> =>
    buildOptimizer(resolveRecipe('compact', { optimizer: { kind: 'muon', ...overrides } }).optimizer, 0.1);
  expect(step(described(numbers))).toEqual(step(muon({ learningRate: 0.1, ...numbers })));
  expect(step(described({}))).toEqual(step(muon({ learningRate: 0.1 })));
  for (const [name, number] of Object.entries(numbers)) {
    expect(step(described({ [name]: number })), name).not.toEqual(step(described({})));
  }
});
