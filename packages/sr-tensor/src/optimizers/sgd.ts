/**
 * Stochastic gradient descent with momentum, in the arithmetic of `torch.optim.SGD`:
 *
 *   g = gradient + weightDecay p,   v = momentum v + g,   p = p - learningRate v
 */
import { add, mul, sub, Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { SrError } from '../errors.js';
import type { Optimizer } from './optimizer.js';

export interface SgdOptions {
  learningRate: number;
  /** Default 0. */
  momentum?: number;
  /** Times the parameter, added to its gradient. Default 0. */
  weightDecay?: number;
}

/**
 * The SGD optimizer.
 *
 * Velocities are kept for each parameter by its name, so that parameters may join later.
 *
 * @example
 * const optimizer = sgd({ learningRate: 1e-4, momentum: 0.9 });
 * optimizer.step(model.parameters.trainable(), gradients);
 */
export function sgd({ learningRate, momentum = 0, weightDecay = 0 }: SgdOptions): Optimizer {
  /** Plain values after `restore`, until they are used. */
  const velocities = new Map<string, Tensor | Float32Array>();

  const reset = (): void => {
    for (const velocity of velocities.values()) if (velocity instanceof Tensor) velocity.dispose();
    velocities.clear();
  };

  return {
    learningRate,

    step(parameters, gradients) {
      for (const [name, parameter] of parameters) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        const kept = velocities.get(name);
        const before = kept instanceof Float32Array ? tensor(kept, parameter.shape) : kept;
        const [velocity, value] = tidy(() => {
          const decayed = weightDecay === 0 ? gradient.clone() : add(gradient, mul(parameter, weightDecay));
          const next = before === undefined ? decayed : add(mul(before, momentum), decayed);
          return [next, sub(parameter, mul(next, this.learningRate))];
        }) as [Tensor, Tensor];
        parameter.assign(value);
        value.dispose();
        before?.dispose();
        if (momentum === 0) velocity.dispose();
        else velocities.set(name, velocity);
      }
    },

    reset,

    async state() {
      const tensors: Record<string, Float32Array> = {};
      for (const [name, velocity] of velocities) {
        tensors[name] = Float32Array.from(velocity instanceof Tensor ? await velocity.data() : velocity);
      }
      return { optimizer: 'sgd', numbers: { learningRate: this.learningRate }, tensors };
    },

    restore({ optimizer, numbers, tensors }) {
      if (optimizer !== 'sgd') {
        throw new SrError({
          code: 'optimizer/state',
          message: `sgd: expected a state of SGD, received one of "${optimizer}".`,
        });
      }
      reset();
      this.learningRate = numbers.learningRate ?? learningRate;
      for (const [name, values] of Object.entries(tensors)) velocities.set(name, values.slice());
    },

    dispose: reset,
    [Symbol.dispose]: reset,
  };
}
