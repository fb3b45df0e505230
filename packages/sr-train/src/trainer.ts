/** One training step, and everything that has to be kept from one step to the next. */
import {
  addN,
  dispose,
  keep,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor4D,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Loss, WeightedLoss } from 'sr-losses';
import { type Network, Parameters, runNetwork, SrError } from 'sr-tensor';
import type { Optimizer, OptimizerState } from 'sr-tensor/optimizers';
import type { WeightTensor } from 'sr-tensor/weights';
import { clipGradients } from './clip-gradients.js';
import { Ema } from './ema.js';

export interface TrainerOptions {
  readonly network: Network;
  /** A weighted loss reports its terms, any other one term called `loss`. */
  readonly loss: Loss | WeightedLoss;
  /** Disposed with the trainer. */
  readonly optimizer: Optimizer;
  /** The learning rate of a step, counted from 0; default: the optimizer's own. */
  readonly learningRate?: (step: number) => number;
  /** Decay of the moving average of the parameters, in [0, 1); 0 (default) keeps none. */
  readonly emaDecay?: number;
  /** The largest norm of all gradients together; default: no limit. */
  readonly clipNorm?: number | undefined;
  /** For the initial parameters; default 0. */
  readonly seed?: number;
  /** Initial parameters (PyTorch's names and order of axes) instead of random ones. */
  readonly init?: ReadonlyMap<string, WeightTensor>;
}

/** What a trainer needs to go on exactly where it was; plain data. */
export interface TrainerState {
  /** Steps that have been done. */
  readonly iteration: number;
  readonly parameters: Readonly<Record<string, WeightTensor>>;
  readonly ema?: Float32Array;
  readonly optimizer: OptimizerState;
}

/**
 * Trains a network step by step on any backend.
 *
 * It owns the parameters, their moving average and the optimizer's state. Use `trainSteps` for a whole training with
 * checkpoints and validation.
 *
 * @example
 * const trainer = new Trainer({ network: compact(), loss: l1(), optimizer: adam({ learningRate: 1e-3 }) });
 * const losses = trainer.step(input, target); // { loss: Scalar }
 * trainer.dispose();
 */
export class Trainer {
  readonly network: Network;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  readonly #loss: Loss | WeightedLoss;
  readonly #learningRate: ((step: number) => number) | undefined;
  readonly #clipNorm: number | undefined;
  readonly #trainable: ReadonlyMap<string, Variable>;
  readonly #ema: Ema | undefined;
  #iteration = 0;

  constructor({ network, loss, optimizer, learningRate, emaDecay = 0, clipNorm, seed = 0, init }: TrainerOptions) {
    this.network = network;
    this.parameters =
      init === undefined
        ? Parameters.create(network.parameters, { seed })
        : Parameters.fromWeights(network.parameters, init);
    this.optimizer = optimizer;
    this.#loss = loss;
    this.#learningRate = learningRate;
    this.#clipNorm = clipNorm;
    this.#trainable = this.parameters.trainable();
    this.#ema = emaDecay > 0 ? new Ema(this.parameters, emaDecay) : undefined;
  }

  /** How many steps have been done. */
  get iteration(): number {
    return this.#iteration;
  }

  /** The learning rate of the next step. */
  get learningRate(): number {
    return this.#learningRate?.(this.#iteration) ?? this.optimizer.learningRate;
  }

  /**
   * Changes the parameters by one step.
   *
   * @param input `[batch, height, width, 3]`, not disposed
   * @param target `[batch, height * scale, width * scale, 3]`, not disposed
   * @returns the terms of the loss before the step, by name; the caller disposes them
   */
  step(input: Tensor4D, target: Tensor4D): Record<string, Scalar> {
    const terms: Record<string, Scalar> = {};
    const updates = new Map<string, Tensor>();
    const { value, grads } = variableGrads(() => {
      const run = runNetwork(this, input, { mode: 'training' });
      for (const [name, update] of run.updates) updates.set(name, keep(update));
      for (const [name, term] of Object.entries(lossTerms(this.#loss, run.output, target))) terms[name] = keep(term);
      return addN(Object.values(terms)) as Scalar;
    }, [...this.#trainable.values()]);
    value.dispose();
    this.#update(this.#byParameterName(grads));
    for (const [name, update] of updates) this.parameters.get(name).assign(update);
    dispose([...updates.values()]);
    this.#ema?.update(this.parameters);
    this.#iteration++;
    return terms;
  }

  /** The averaged parameters, or a copy of the present ones where none are averaged; the caller disposes them. */
  averaged(): Parameters {
    return this.#ema?.toParameters(this.parameters) ?? this.parameters.clone();
  }

  /**
   * @throws `train/not-finite` if a parameter is NaN or infinite: such a state is not worth keeping
   */
  async state(): Promise<TrainerState> {
    const parameters = Object.fromEntries(await this.parameters.toWeights());
    for (const [name, { data }] of Object.entries(parameters)) {
      if (data.every(Number.isFinite)) continue;
      throw new SrError({
        code: 'train/not-finite',
        message: `The parameter "${name}" is no longer finite after step ${this.#iteration}. Lower the learning rate or set clipNorm.`,
      });
    }
    return {
      iteration: this.#iteration,
      parameters,
      ...(this.#ema === undefined ? {} : { ema: await this.#ema.state() }),
      optimizer: await this.optimizer.state(),
    };
  }

  /** @throws `weights/...` if the state is that of another network */
  restore(state: TrainerState): void {
    const restored = Parameters.fromWeights(this.network.parameters, new Map(Object.entries(state.parameters)));
    for (const name of this.parameters.names()) this.parameters.get(name).assign(restored.get(name));
    restored.dispose();
    if (state.ema !== undefined) this.#ema?.restore(state.ema);
    this.optimizer.restore(state.optimizer);
    this.#iteration = state.iteration;
  }

  dispose(): void {
    this.parameters.dispose();
    this.#ema?.dispose();
    this.optimizer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Applies the gradients and disposes them. */
  #update(gradients: Record<string, Tensor>): void {
    this.optimizer.learningRate = this.learningRate;
    if (this.#clipNorm === undefined) {
      this.optimizer.step(this.#trainable, gradients);
    } else {
      const clipped = clipGradients(gradients, this.#clipNorm);
      this.optimizer.step(this.#trainable, clipped);
      dispose(clipped);
    }
    dispose(gradients);
  }

  /** tfjs names gradients by its own names of the variables. */
  #byParameterName(gradients: NamedTensorMap): Record<string, Tensor> {
    return Object.fromEntries([...this.#trainable].map(([name, variable]) => [name, gradients[variable.name]!]));
  }
}

function lossTerms(loss: Loss | WeightedLoss, prediction: Tensor4D, target: Tensor4D): Record<string, Scalar> {
  return 'terms' in loss ? loss.terms(prediction, target) : { loss: loss(prediction, target) };
}
