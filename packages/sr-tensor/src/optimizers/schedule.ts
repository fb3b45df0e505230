/** Learning-rate schedules as plain data. Steps are counted from 0. */
import { SrError } from '../errors.js';

export type Schedule =
  | ConstantSchedule
  | StepSchedule
  | EverySchedule
  | LinearSchedule
  | CosineSchedule
  | WarmUpSchedule;

export interface ConstantSchedule {
  readonly kind: 'constant';
  readonly learningRate: number;
}

/** The rate times `factor` (default 0.5) from each of the milestones on. */
export interface StepSchedule {
  readonly kind: 'step';
  readonly learningRate: number;
  readonly milestones: readonly number[];
  readonly factor?: number;
}

/** The rate times `factor` after every `steps` steps. */
export interface EverySchedule {
  readonly kind: 'every';
  readonly learningRate: number;
  readonly steps: number;
  readonly factor: number;
}

/** From `learningRate`, which lasts until the step `from`, evenly down to 0 at the step `until`. */
export interface LinearSchedule {
  readonly kind: 'linear';
  readonly learningRate: number;
  readonly from: number;
  readonly until: number;
}

/**
 * From `learningRate` down to `minimum` (default 0) along half a cosine in each of the periods, one after the other
 * (Loshchilov and Hutter 2017, eq. 5); the minimum after the last.
 */
export interface CosineSchedule {
  readonly kind: 'cosine';
  readonly learningRate: number;
  readonly minimum?: number;
  /** The lengths of the periods in steps; one: no restarts. */
  readonly periods: readonly number[];
  /** The rate at the start of each period as a share of `learningRate`; default 1 for all. */
  readonly restartFactors?: readonly number[];
}

/** During the first `steps` steps the rate of `then` times a factor that grows evenly from `from` (default 0) to 1. */
export interface WarmUpSchedule {
  readonly kind: 'warm-up';
  readonly steps: number;
  readonly from?: number;
  readonly then: Schedule;
}

/**
 * The learning rate of a step.
 *
 * @param step counted from 0
 * @throws `option/invalid` for a kind that there is not
 *
 * @example
 * optimizer.learningRate = learningRateAt({ kind: 'step', learningRate: 2e-4, milestones: [50_000, 80_000] }, step);
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.learningRate;
    case 'step': {
      const passed = schedule.milestones.filter(milestone => step >= milestone).length;
      return schedule.learningRate * (schedule.factor ?? 0.5) ** passed;
    }
    case 'every':
      return schedule.learningRate * schedule.factor ** Math.floor(step / schedule.steps);
    case 'linear': {
      const { learningRate, from, until } = schedule;
      return step < from ? learningRate : learningRate * Math.max(0, (until - step) / (until - from));
    }
    case 'cosine':
      return cosine(schedule, step);
    case 'warm-up': {
      const { steps, from = 0, then } = schedule;
      const share = step < steps ? from + ((1 - from) * step) / steps : 1;
      return share * learningRateAt(then, step);
    }
    default:
      throw new SrError({
        code: 'option/invalid',
        message: `schedule: expected the kind constant, step, every, linear, cosine or warm-up, received "${(schedule as { kind: unknown }).kind}".`,
      });
  }
}

function cosine({ learningRate, minimum = 0, periods, restartFactors }: CosineSchedule, step: number): number {
  let start = 0;
  for (const [i, period] of periods.entries()) {
    if (step < start + period) {
      const top = learningRate * (restartFactors?.[i] ?? 1);
      return minimum + ((top - minimum) * (1 + Math.cos((Math.PI * (step - start)) / period))) / 2;
    }
    start += period;
  }
  return minimum;
}
