import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** Everything that an optimizer needs to go on exactly where it was: plain data, by name. */
export interface OptimizerState {
  /** Which optimizer it is of, `adam`. */
  readonly optimizer: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Changes parameters along their gradients. */
export interface Optimizer {
  /** May be set before any step. */
  learningRate: number;
  /**
   * One step.
   *
   * @param parameters the variables by name; they are assigned
   * @param gradients by the same names, not disposed; a parameter without one stays as it is
   */
  step(parameters: ReadonlyMap<string, Variable>, gradients: Readonly<Record<string, Tensor>>): void;
  /** Begins anew, without memory of the steps before. */
  reset(): void;
  state(): Promise<OptimizerState>;
  /** @throws `optimizer/state` if the state is not one of this optimizer */
  restore(state: OptimizerState): void;
  dispose(): void;
  [Symbol.dispose](): void;
}
