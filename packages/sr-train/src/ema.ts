/**
 * An exponential moving average of a network's parameters: a <- decay * a + (1 - decay) * p, starting from a = p
 * (`model_ema` in BasicSR). Buffers are averaged like the rest.
 *
 * All parameters lie end to end in one tensor, so that an update takes four operations and not three a parameter.
 */
import { add, concat1d, mul, reshape, slice, sub, type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Parameters } from 'sr-tensor';

export class Ema {
  readonly #decay: number;
  #values: Tensor1D;

  /**
   * @param parameters where the average starts; not kept
   * @param decay in [0, 1)
   */
  constructor(parameters: Parameters, decay: number) {
    this.#decay = decay;
    this.#values = tidy(() => flatten(parameters));
  }

  /** Takes the present values of the parameters into the average. */
  update(parameters: Parameters): void {
    const next = tidy(() => add(this.#values, mul(sub(flatten(parameters), this.#values), 1 - this.#decay)));
    this.#values.dispose();
    this.#values = next as Tensor1D;
  }

  /** The average as parameters of their own, which the caller disposes. */
  toParameters(like: Parameters): Parameters {
    const averaged = like.clone();
    let start = 0;
    for (const name of averaged.names()) {
      const variable = averaged.get(name);
      tidy(() => variable.assign(reshape(slice(this.#values, start, variable.size), variable.shape)));
      start += variable.size;
    }
    return averaged;
  }

  /** The averaged values, end to end in the order of the parameters. */
  async state(): Promise<Float32Array> {
    return Float32Array.from(await this.#values.data());
  }

  restore(state: Float32Array): void {
    this.#values.dispose();
    this.#values = tensor1d(state);
  }

  dispose(): void {
    this.#values.dispose();
  }
}

function flatten(parameters: Parameters): Tensor1D {
  return concat1d(parameters.names().map(name => reshape(parameters.get(name), [-1]) as Tensor1D));
}
