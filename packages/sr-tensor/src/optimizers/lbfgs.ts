/**
 * Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5) with the
 * defaults and stopping rules of `torch.optim.LBFGS`, and optionally a box that the parameters stay in.
 *
 *   d = -H g,   x <- P(x + t d),   s = change of x,   y = change of g
 *
 * H is made from the last pairs (s, y) with y.s > 1e-10 by the two-loop recursion, from H0 = y.s / y.y.
 * t is the learning rate (in the first step of all times min(1, 1 / sum |g|)) or comes from a search along d.
 * P clips to the box. Coordinates that lie on its border while the gradient pushes outwards do not take part;
 * where there are none, every iterate is the same as without a box.
 */
import {
  abs,
  add,
  cast,
  clipByValue,
  clone,
  concat,
  dispose,
  greater,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  mul,
  neg,
  reshape,
  type Scalar,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { SrError, throwIfAborted } from '../errors.js';
import type { OptimizerState } from './optimizer.js';
import { type SearchPoint, strongWolfe } from './strong-wolfe.js';

export interface LbfgsOptions {
  /** Length of a step in units of the quasi-Newton direction. Default 1. */
  learningRate?: number;
  /** Iterations of one call of `step`. Default 20. */
  maxIterations?: number;
  /** Evaluations of the loss in one call of `step`, checked after each iteration. Default 5/4 of `maxIterations`. */
  maxEvaluations?: number;
  /** Stops when no element of the gradient is larger. Default 1e-7. */
  gradientTolerance?: number;
  /** Stops when neither the loss nor any parameter changes by more. Default 1e-9. */
  changeTolerance?: number;
  /** Pairs that are remembered. Default 100. */
  historySize?: number;
  /** How the length of a step is found; default `'none'`. */
  lineSearch?: 'none' | 'strong-wolfe';
  /** Bounds of every element of the parameters; default none. */
  box?: { readonly min: number; readonly max: number };
}

/** What a call of `step` did. */
export interface LbfgsStep {
  /** The loss at each evaluation, in order; the first is that of the parameters as they were. */
  readonly values: readonly number[];
  readonly iterations: number;
  /**
   * Why it stopped: a limit was reached, the gradient vanished, nothing changed any more, or the direction did not
   * lead downhill.
   */
  readonly stopped: 'iterations' | 'evaluations' | 'gradient' | 'change' | 'direction';
}

export interface Lbfgs {
  learningRate: number;
  /**
   * Up to `maxIterations` iterations.
   *
   * @param parameters the variables by name, always the same ones; they are assigned
   * @param loss computed from the variables; evaluated in a tidy
   * @throws `aborted` between two evaluations; the parameters are then somewhere along the last direction
   */
  step(
    parameters: ReadonlyMap<string, Variable>,
    loss: () => Scalar,
    options?: { signal?: AbortSignal },
  ): Promise<LbfgsStep>;
  state(): Promise<OptimizerState>;
  /** @throws `optimizer/state` if the state is not one of L-BFGS */
  restore(state: OptimizerState): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * The L-BFGS optimizer.
 *
 * @example
 * const optimizer = lbfgs({ lineSearch: 'strong-wolfe', box: { min: 0, max: 1 } });
 * const { values } = await optimizer.step(new Map([['image', image]]), () => distance(image));
 */
export function lbfgs(options: LbfgsOptions = {}): Lbfgs {
  const {
    learningRate = 1,
    maxIterations = 20,
    maxEvaluations = Math.floor((maxIterations * 5) / 4),
    gradientTolerance = 1e-7,
    changeTolerance = 1e-9,
    historySize = 100,
    lineSearch = 'none',
    box,
  } = options;
  let memory = emptyMemory();

  const clear = (): void => {
    disposeMemory(memory);
    memory = emptyMemory();
  };

  return {
    learningRate,

    async step(parameters, loss, { signal } = {}) {
      const values: number[] = [];
      const evaluate = async (): Promise<Evaluation> => {
        throwIfAborted(signal);
        const found = await evaluation(parameters, loss, box);
        values.push(found.value);
        return found;
      };
      let iterations = 0;
      let current = await evaluate();
      try {
        if (current.largest <= gradientTolerance) return { values, iterations, stopped: 'gradient' };
        for (;;) {
          iterations++;
          memory.iterations++;
          await remember(memory, current, historySize);
          const direction = nextDirection(memory, current);
          const scale = memory.iterations === 1 ? Math.min(1, 1 / current.magnitude) : 1;
          let t = this.learningRate * scale;
          const start = flatten(parameters);
          const before = current.value;
          try {
            const slope = await numberOf(() => sum(mul(current.free, direction)));
            if (slope > -changeTolerance) return { values, iterations, stopped: 'direction' };
            if (lineSearch === 'strong-wolfe') {
              const along = async (distance: number): Promise<WolfePoint> => {
                move(parameters, start, direction, distance, box).dispose();
                const evaluated = await evaluate();
                const slope = await numberOf(() => pathSlope(evaluated.gradient, start, direction, distance, box));
                return { t: distance, value: evaluated.value, slope, evaluation: evaluated };
              };
              const first: WolfePoint = { t: 0, value: before, slope, evaluation: current };
              const reach = await numberOf(() => max(abs(direction)));
              const found = await strongWolfe(along, first, t, {
                changeTolerance: changeTolerance / reach,
                discard: point => disposeEvaluation(point.evaluation),
              });
              t = found.t;
              current = found.evaluation;
              memory.change = move(parameters, start, direction, t, box);
            } else {
              memory.change = move(parameters, start, direction, t, box);
              // The value at the end is that of the next step's start.
              if (iterations === maxIterations) return { values, iterations, stopped: 'iterations' };
              const next = await evaluate();
              disposeEvaluation(current);
              current = next;
            }
          } finally {
            dispose([start, direction]);
          }

          if (iterations === maxIterations) return { values, iterations, stopped: 'iterations' };
          if (values.length >= maxEvaluations) return { values, iterations, stopped: 'evaluations' };
          if (current.largest <= gradientTolerance) return { values, iterations, stopped: 'gradient' };
          const moved = await numberOf(() => max(abs(memory.change as Tensor1D)));
          if (moved <= changeTolerance || Math.abs(current.value - before) < changeTolerance) {
            return { values, iterations, stopped: 'change' };
          }
        }
      } finally {
        disposeEvaluation(current);
      }
    },

    async state() {
      const numbers: Record<string, number> = {
        learningRate: this.learningRate,
        iterations: memory.iterations,
        diagonal: memory.diagonal,
        pairs: memory.pairs.length,
      };
      const tensors: Record<string, Float32Array> = {};
      for (const name of ['gradient', 'change'] as const) {
        const held = memory[name];
        if (held !== undefined) tensors[name] = (await held.data<'float32'>()).slice();
      }
      for (const [i, pair] of memory.pairs.entries()) {
        numbers[`pairs.${i}.curvature`] = pair.curvature;
        tensors[`pairs.${i}.s`] = (await pair.s.data<'float32'>()).slice();
        tensors[`pairs.${i}.y`] = (await pair.y.data<'float32'>()).slice();
      }
      return { optimizer: 'lbfgs', numbers, tensors };
    },

    restore({ optimizer, numbers, tensors }) {
      const { iterations, diagonal, pairs: count = 0 } = numbers;
      const indices = Array.from({ length: count }, (_, i) => i);
      const complete = indices.every(i => {
        const names = [`pairs.${i}.s`, `pairs.${i}.y`];
        return numbers[`pairs.${i}.curvature`] !== undefined && names.every(name => tensors[name] !== undefined);
      });
      if (optimizer !== 'lbfgs' || iterations === undefined || diagonal === undefined || !complete) {
        throw new SrError({
          code: 'optimizer/state',
          message: `lbfgs: expected a state of L-BFGS with its pairs, received one of "${optimizer}" with ${Object.keys(tensors).length} tensors.`,
        });
      }
      clear();
      this.learningRate = numbers.learningRate ?? learningRate;
      const pairs = indices.map(i => ({
        s: tensor1d(tensors[`pairs.${i}.s`]!),
        y: tensor1d(tensors[`pairs.${i}.y`]!),
        curvature: numbers[`pairs.${i}.curvature`]!,
      }));
      memory = { iterations, diagonal, pairs };
      for (const name of ['gradient', 'change'] as const) {
        const values = tensors[name];
        if (values !== undefined) memory[name] = tensor1d(values);
      }
    },

    dispose: clear,
    [Symbol.dispose]: clear,
  };
}

type Box = LbfgsOptions['box'];

/** A change of the parameters and the change of the gradient that came with it. */
interface Pair {
  readonly s: Tensor1D;
  readonly y: Tensor1D;
  /** y.s */
  readonly curvature: number;
}

/** What lasts from one step to the next. */
interface Memory {
  iterations: number;
  /** H0, a multiple of the unit matrix. */
  diagonal: number;
  readonly pairs: Pair[];
  /** At the start of the last iteration. */
  gradient?: Tensor1D;
  /** What the last iteration added to the parameters. */
  change?: Tensor1D;
}

interface Evaluation {
  readonly value: number;
  readonly gradient: Tensor1D;
  /** 0 for coordinates on the border of the box whose gradient pushes outwards, else 1; absent without a box. */
  readonly unheld: Tensor1D | undefined;
  /** The gradient without the coordinates that the box holds. */
  readonly free: Tensor1D;
  /** Largest element and sum of elements of `free`, without their signs. */
  readonly largest: number;
  readonly magnitude: number;
}

interface WolfePoint extends SearchPoint {
  readonly evaluation: Evaluation;
}

function emptyMemory(): Memory {
  return { iterations: 0, diagonal: 1, pairs: [] };
}

function disposeMemory({ pairs, gradient, change }: Memory): void {
  for (const { s, y } of pairs) dispose([s, y]);
  gradient?.dispose();
  change?.dispose();
}

async function evaluation(
  parameters: ReadonlyMap<string, Variable>,
  loss: () => Scalar,
  box: Box,
): Promise<Evaluation> {
  const variables = [...parameters.values()];
  const { numbers, ...tensors } = tidy(() => {
    const { value, grads } = variableGrads(loss, variables);
    const gradient = concat(variables.map(v => reshape(grads[v.name]!, [v.size]))) as Tensor1D;
    const unheld = box && notHeld(flatten(parameters), gradient, box);
    const free: Tensor1D = unheld === undefined ? clone(gradient) : mul(gradient, unheld);
    const size = abs(free);
    return { gradient, unheld, free, numbers: stack([value, max(size), sum(size)]) };
  });
  const [value, largest, magnitude] = (await numbers.data()) as Float32Array;
  numbers.dispose();
  return { ...tensors, value: value!, largest: largest!, magnitude: magnitude! };
}

function disposeEvaluation({ gradient, unheld, free }: Evaluation): void {
  dispose([gradient, free]);
  unheld?.dispose();
}

function notHeld(x: Tensor1D, gradient: Tensor1D, box: { min: number; max: number }): Tensor1D {
  const low = logicalAnd(logicalNot(greater(x, box.min)), greater(gradient, 0));
  const high = logicalAnd(logicalNot(less(x, box.max)), less(gradient, 0));
  return cast(logicalNot(logicalOr(low, high)), 'float32');
}

/** Makes a pair of what changed since the last evaluation that began an iteration, and keeps this one's gradient. */
async function remember(memory: Memory, { gradient }: Evaluation, historySize: number): Promise<void> {
  const { change: s, gradient: previous, pairs } = memory;
  memory.gradient = clone(gradient);
  // Set again when the parameters have moved: an iteration that is broken off leaves no wrong pair behind.
  delete memory.change;
  if (s === undefined || previous === undefined) {
    dispose([s, previous].filter(t => t !== undefined));
    return;
  }
  const y: Tensor1D = sub(gradient, previous);
  previous.dispose();
  const curvature = await numberOf(() => sum(mul(y, s)));
  // Below it rounding could cost H its positive definiteness (torch.optim.LBFGS has the same number).
  if (!(curvature > 1e-10)) {
    dispose([s, y]);
    return;
  }
  memory.diagonal = curvature / (await numberOf(() => sum(mul(y, y))));
  pairs.push({ s, y, curvature });
  if (pairs.length > historySize) {
    const oldest = pairs.shift()!;
    dispose([oldest.s, oldest.y]);
  }
}

/** -H g by the two-loop recursion (algorithm 7.4). */
function nextDirection({ pairs, diagonal }: Memory, { free, unheld }: Evaluation): Tensor1D {
  return tidy(() => {
    let q: Tensor1D = neg(free);
    const shares: Tensor[] = [];
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { s, y, curvature } = pairs[i]!;
      shares[i] = mul(sum(mul(s, q)), 1 / curvature);
      q = sub(q, mul(y, shares[i]!));
    }
    q = mul(q, diagonal);
    for (const [i, { s, y, curvature }] of pairs.entries()) {
      const share = mul(sum(mul(y, q)), 1 / curvature);
      q = add(q, mul(s, sub(shares[i]!, share)));
    }
    return unheld === undefined ? q : mul(q, unheld);
  });
}

/** Sets the parameters to P(start + t direction); gives the change of them. */
function move(
  parameters: ReadonlyMap<string, Variable>,
  start: Tensor1D,
  direction: Tensor1D,
  t: number,
  box: Box,
): Tensor1D {
  const [change, end] = tidy(() => {
    const change = mul(direction, t);
    const aim = add(start, change);
    if (box === undefined) return [change, aim];
    const end = clipByValue(aim, box.min, box.max);
    // What was cut off is exactly zero inside the box, so that the change is then the same as without one.
    return [add(change, sub(end, aim)), end];
  }) as [Tensor1D, Tensor1D];
  let offset = 0;
  for (const parameter of parameters.values()) {
    const part = slice(end, [offset], [parameter.size]);
    const value = reshape(part, parameter.shape);
    parameter.assign(value);
    dispose([part, value]);
    offset += parameter.size;
  }
  end.dispose();
  return change;
}

/** The derivative of f(P(start + t direction)) with respect to t: clipped coordinates stand still. */
function pathSlope(gradient: Tensor1D, start: Tensor1D, direction: Tensor1D, t: number, box: Box): Scalar {
  const products = mul(gradient, direction);
  if (box === undefined) return sum(products);
  const aim = add(start, mul(direction, t));
  const isInside = logicalAnd(logicalNot(less(aim, box.min)), logicalNot(greater(aim, box.max)));
  return sum(mul(products, cast(isInside, 'float32')));
}

function flatten(parameters: ReadonlyMap<string, Variable>): Tensor1D {
  return tidy(() => concat([...parameters.values()].map(v => reshape(v, [v.size]))) as Tensor1D);
}

async function numberOf(compute: () => Tensor): Promise<number> {
  const scalar = tidy(compute);
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}
