/**
 * Adam (Kingma and Ba 2015, algorithm 1), in the arithmetic of `torch.optim.Adam`:
 *
 *   m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2
 *   p = p - learningRate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 */
import { add, div, keep, mul, sqrt, square, sub, Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { SrError } from '../errors.js';
import { assign } from './averages.js';
import type { Optimizer } from './optimizer.js';

export interface AdamOptions {
  learningRate: number;
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /** Times the parameter, added to its gradient (PyTorch's `Adam`, not `AdamW`). Default 0. */
  weightDecay?: number;
}

/**
 * The Adam optimizer.
 *
 * Moments and the number of steps are kept for each parameter by its name, so that parameters may join later.
 *
 * @example
 * const optimizer = adam({ learningRate: 2e-4 });
 * optimizer.step(model.parameters.trainable(), gradients);
 */
export function adam(options: AdamOptions): Optimizer {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const slots = new Map<string, Slot>();

  const reset = (): void => {
    for (const slot of slots.values()) disposeMoments(slot);
    slots.clear();
  };

  return {
    learningRate,

    step(parameters, gradients) {
      for (const [name, parameter] of parameters) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        let slot = slots.get(name);
        if (slot === undefined) {
          slot = { steps: 0, first: new Float32Array(parameter.size), second: new Float32Array(parameter.size) };
          slots.set(name, slot);
        }
        slot.steps++;
        const rate = this.learningRate / (1 - beta1 ** slot.steps);
        const correction = 1 / Math.sqrt(1 - beta2 ** slot.steps);
        update(slot, parameter, gradient, { rate, correction, beta1, beta2, epsilon, weightDecay });
      }
    },

    async state() {
      const numbers: Record<string, number> = { learningRate: this.learningRate };
      const tensors: Record<string, Float32Array> = {};
      for (const [name, { steps, first, second }] of slots) {
        numbers[`steps.${name}`] = steps;
        tensors[`first.${name}`] = await values(first);
        tensors[`second.${name}`] = await values(second);
      }
      return { optimizer: 'adam', numbers, tensors };
    },

    restore({ optimizer, numbers, tensors }) {
      const restored = new Map<string, Slot>();
      for (const [key, steps] of Object.entries(numbers)) {
        if (!key.startsWith('steps.')) continue;
        const name = key.slice('steps.'.length);
        const [first, second] = [tensors[`first.${name}`], tensors[`second.${name}`]];
        if (first === undefined || second === undefined) throw invalidState(optimizer, `without moments of "${name}"`);
        restored.set(name, { steps, first: first.slice(), second: second.slice() });
      }
      if (optimizer !== 'adam') throw invalidState(optimizer);
      reset();
      this.learningRate = numbers.learningRate ?? learningRate;
      for (const [name, slot] of restored) slots.set(name, slot);
    },

    reset,
    dispose: reset,
    [Symbol.dispose]: reset,
  };
}

/** What is kept for a parameter. */
interface Slot {
  steps: number;
  /** Plain values on the native backend and after `restore`; tensors once another backend has used them. */
  first: Float32Array | Tensor;
  second: Float32Array | Tensor;
}

interface Constants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** The learning rate, corrected for the start of `first` at zero. */
  readonly rate: number;
  /** The same for the root of `second`. */
  readonly correction: number;
}

function update(slot: Slot, parameter: Variable, gradient: Tensor, constants: Constants): void {
  const { first, second } = slot;
  // Native reads and writes are cheap; a loop costs less there than the ten operations it replaces.
  if (nativeBackend() !== undefined && first instanceof Float32Array && second instanceof Float32Array) {
    updateValues(first, second, parameter, gradient, constants);
  } else {
    updateTensors(slot, parameter, gradient, constants);
  }
}

function updateValues(
  first: Float32Array,
  second: Float32Array,
  parameter: Variable,
  gradient: Tensor,
  { beta1, beta2, epsilon, weightDecay, rate, correction }: Constants,
): void {
  const before = parameter.dataSync<'float32'>();
  const slopes = gradient.dataSync<'float32'>();
  // A new array: the old one may be shared with a copy of the variable.
  const after = new Float32Array(before.length);
  for (let i = 0; i < after.length; i++) {
    const p = before[i]!;
    const g = slopes[i]! + weightDecay * p;
    const m = beta1 * first[i]! + (1 - beta1) * g;
    const v = beta2 * second[i]! + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    after[i] = p - (rate * m) / (Math.sqrt(v) * correction + epsilon);
  }
  assign(parameter, tensor(after, parameter.shape));
}

function updateTensors(
  slot: Slot,
  parameter: Variable,
  gradient: Tensor,
  { beta1, beta2, epsilon, weightDecay, rate, correction }: Constants,
): void {
  const before = { first: slot.first, second: slot.second };
  const [first, second, after] = tidy(() => {
    const g = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
    const m = add(mul(asTensor(before.first, parameter), beta1), mul(g, 1 - beta1));
    const v = add(mul(asTensor(before.second, parameter), beta2), mul(square(g), 1 - beta2));
    const change = div(mul(m, rate), add(mul(sqrt(v), correction), epsilon));
    return [keep(m), keep(v), sub(parameter, change)];
  }) as [Tensor, Tensor, Tensor];
  disposeMoments(slot);
  slot.first = first;
  slot.second = second;
  assign(parameter, after);
}

function asTensor(moment: Float32Array | Tensor, { shape }: Tensor): Tensor {
  return moment instanceof Tensor ? moment : tensor(moment, shape);
}

async function values(moment: Float32Array | Tensor): Promise<Float32Array> {
  return moment instanceof Tensor ? ((await moment.data()) as Float32Array).slice() : moment.slice();
}

function disposeMoments({ first, second }: Slot): void {
  for (const moment of [first, second]) if (moment instanceof Tensor) moment.dispose();
}

function invalidState(optimizer: string, detail = ''): SrError {
  return new SrError({
    code: 'optimizer/state',
    message: `adam: expected a state of Adam, received one of "${optimizer}" ${detail}`.trimEnd().concat('.'),
  });
}
