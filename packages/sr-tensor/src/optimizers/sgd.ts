/**
 * Stochastic gradient descent with momentum, in the arithmetic of `torch.optim.SGD`:
 *
 *   g = gradient + weightDecay p,   v = momentum v + g,   p = p - learningRate v
 */
import { add, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { SrError } from '../errors.js';
import { Averages, assign } from './averages.js';
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
  const velocities = new Averages();
  const reset = (): void => velocities.clear();

  return {
    learningRate,

    step(parameters, gradients) {
      for (const [name, parameter] of parameters) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        const before = velocities.take(name, parameter);
        const [velocity, value] = tidy(() => {
          const decayed = weightDecay === 0 ? gradient.clone() : add(gradient, mul(parameter, weightDecay));
          const next = before === undefined ? decayed : add(mul(before, momentum), decayed);
          return [next, sub(parameter, mul(next, this.learningRate))];
        }) as [Tensor, Tensor];
        assign(parameter, value);
        before?.dispose();
        if (momentum === 0) velocity.dispose();
        else velocities.put(name, velocity);
      }
    },

    reset,

    async state() {
      return { optimizer: 'sgd', numbers: { learningRate: this.learningRate }, tensors: await velocities.values() };
    },

    restore({ optimizer, numbers, tensors }) {
      if (optimizer !== 'sgd') {
        throw new SrError({
          code: 'optimizer/state',
          message: `sgd: expected a state of SGD, received one of "${optimizer}".`,
        });
      }
      velocities.restore(tensors);
      this.learningRate = numbers.learningRate ?? learningRate;
    },

    dispose: reset,
    [Symbol.dispose]: reset,
  };
}
