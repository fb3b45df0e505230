/** Which phase a step belongs to, and what is trained in it. */
import { learningRateAt, type Schedule } from 'sr-tensor/optimizers';
import type { RecipePhase, RecipeSchedule, SuperResolutionRecipe } from './recipe.js';

/** A phase with its place in the training, in steps. */
export interface Phase extends Omit<RecipePhase, 'from'> {
  readonly from: number;
  /** The first step of the next phase, or the number of all steps. */
  readonly until: number;
}

const plain: Omit<RecipePhase, 'from'> = {
  losses: {},
  train: [],
  freeze: [],
  generator: true,
  discriminators: {},
  schedule: null,
  freshOptimizers: false,
};

/**
 * The phases of a recipe, in order; the first begins with the training.
 *
 * @param recipe whose durations are in steps
 */
export function phasesOf({ phases, steps }: Pick<SuperResolutionRecipe, 'phases' | 'steps'>): Phase[] {
  const given = Object.values(phases)
    .map(phase => ({ ...phase, from: phase.from as number }))
    .sort((a, b) => a.from - b.from);
  const all = given[0]?.from === 0 ? given : [{ ...plain, from: 0 }, ...given];
  return all.map((phase, i) => ({ ...phase, until: all[i + 1]?.from ?? Math.max(steps as number, phase.from + 1) }));
}

/** The phase of a step, counted from 0; the last one goes on for ever. */
export function phaseAt(phases: readonly Phase[], step: number): Phase {
  return phases.findLast(({ from }) => step >= from)!;
}

/** Whether a parameter is trained in a phase; undefined if all are. */
export function trainsIn({ train, freeze }: Pick<Phase, 'train' | 'freeze'>): ((name: string) => boolean) | undefined {
  if (train.length === 0 && freeze.length === 0) return undefined;
  const [wanted, frozen] = [train, freeze].map(patterns => patterns.map(pattern => new RegExp(pattern)));
  return name =>
    (wanted!.length === 0 || wanted!.some(pattern => pattern.test(name))) &&
    !frozen!.some(pattern => pattern.test(name));
}

/** The learning rate of a network over the steps: by its schedule, or by that of the phase. */
export function learningRateOf(own: RecipeSchedule, phases: readonly Phase[], steps: number): (step: number) => number {
  const whole = scheduleOf(own, steps);
  const ofPhase = new Map(
    phases.map(phase => [phase, phase.schedule && scheduleOf(phase.schedule, phase.until - phase.from)]),
  );
  return step => {
    const phase = phaseAt(phases, step);
    const schedule = ofPhase.get(phase);
    return schedule ? learningRateAt(schedule, step - phase.from) : learningRateAt(whole, step);
  };
}

/** A schedule of a recipe, for so many steps. */
export function scheduleOf(schedule: RecipeSchedule, steps: number): Schedule {
  const { learningRate } = schedule;
  const warmUp = schedule.warmUp as number;
  const main = mainSchedule(schedule, learningRate, steps);
  // The first step already counts: it has the share of one step.
  // biome-ignore lint/suspicious/noThenProperty: the schedule that follows the warm-up
  return warmUp === 0 ? main : { kind: 'warm-up', steps: warmUp, from: 1 / warmUp, then: main };
}

function mainSchedule(schedule: RecipeSchedule, learningRate: number, steps: number): Schedule {
  switch (schedule.kind) {
    case 'constant':
      return { kind: 'constant', learningRate };
    case 'linear':
      return { kind: 'linear', learningRate, from: schedule.from as number, until: steps };
    case 'cosine':
      return { kind: 'cosine', learningRate, minimum: schedule.minimum, periods: [steps] };
    case 'cosine-restarts':
      return { kind: 'cosine', learningRate, minimum: schedule.minimum, periods: schedule.periods as number[] };
    case 'step':
      return {
        kind: 'step',
        learningRate,
        milestones: schedule.milestones as number[],
        factor: schedule.factor,
      };
    case 'every':
      return { kind: 'every', learningRate, steps: schedule.every as number, factor: schedule.factor };
  }
}

const epochs = /^(\d+(?:\.\d+)?) epochs$/;

/**
 * The same recipe, or a part of one, with every duration in steps.
 *
 * @param stepsAnEpoch of the data
 */
export function inSteps<T>(recipe: T, stepsAnEpoch: number): T {
  if (typeof recipe === 'string') {
    const [, count] = epochs.exec(recipe) ?? [];
    return count === undefined ? recipe : (Math.max(1, Math.round(Number(count) * stepsAnEpoch)) as T);
  }
  if (typeof recipe !== 'object' || recipe === null) return recipe;
  if (Array.isArray(recipe)) return recipe.map(value => inSteps(value, stepsAnEpoch)) as T;
  return Object.fromEntries(
    Object.entries(recipe).map(([key, value]) => [key, inSteps(value as unknown, stepsAnEpoch)]),
  ) as T;
}
