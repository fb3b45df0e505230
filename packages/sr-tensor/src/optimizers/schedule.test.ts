import { expect, test } from 'vitest';
import { learningRateAt, type Schedule } from './schedule.js';

const rates = (schedule: Schedule, steps: number[]): number[] => steps.map(step => learningRateAt(schedule, step));

test('constant', () => {
  expect(rates({ kind: 'constant', learningRate: 0.1 }, [0, 7, 1e6])).toEqual([0.1, 0.1, 0.1]);
});

test('step: halves, or takes another factor, from each milestone on', () => {
  const schedule = { kind: 'step', learningRate: 8, milestones: [10, 20, 40] } as const;
  expect(rates(schedule, [0, 9, 10, 19, 20, 39, 40, 1000])).toEqual([8, 8, 4, 4, 2, 2, 1, 1]);
  expect(rates({ ...schedule, factor: 0.25 }, [10, 40])).toEqual([2, 0.125]);
});

test('every: a factor each n steps', () => {
  expect(rates({ kind: 'every', learningRate: 1, steps: 3, factor: 0.5 }, [0, 2, 3, 5, 6])).toEqual([
    1, 1, 0.5, 0.5, 0.25,
  ]);
});

test('linear: full, then evenly down to 0', () => {
  const schedule = { kind: 'linear', learningRate: 2, from: 4, until: 8 } as const;
  expect(rates(schedule, [0, 4, 5, 7, 8, 9])).toEqual([2, 2, 1.5, 0.5, 0, 0]);
});

test('cosine: half a wave a period, restarts, then the minimum', () => {
  const schedule = {
    kind: 'cosine',
    learningRate: 1,
    minimum: 0.2,
    periods: [4, 6],
    restartFactors: [1, 0.5],
  } as const;
  const found = rates(schedule, [0, 2, 4, 7, 10, 99]);
  // cos(pi/2) = 0: half way between top and minimum in the middle of each period.
  expect(found.map(rate => Number(rate.toFixed(12)))).toEqual([1, 0.6, 0.5, 0.35, 0.2, 0.2]);
  expect(learningRateAt({ kind: 'cosine', learningRate: 1, periods: [3] }, 1)).toBeCloseTo(0.75, 12);
});

test('warm-up: a rising share of what follows', () => {
  const then = { kind: 'step', learningRate: 4, milestones: [6] } as const;
  expect(rates({ kind: 'warm-up', steps: 4, then }, [0, 1, 2, 4, 6])).toEqual([0, 1, 2, 4, 2]);
  expect(rates({ kind: 'warm-up', steps: 4, from: 0.5, then }, [0, 2, 4])).toEqual([2, 3, 4]);
});

test('names the kinds there are', () => {
  expect(() => learningRateAt({ kind: 'sine' } as never, 0)).toThrow(
    'expected the kind constant, step, every, linear, cosine or warm-up, received "sine"',
  );
});
