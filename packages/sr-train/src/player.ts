/** A network in training: the generator, or a discriminator. */
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { type ParameterSpecs, Parameters, SrError } from 'sr-tensor';
import type { Optimizer, OptimizerState } from 'sr-tensor/optimizers';
import type { WeightTensor } from 'sr-tensor/weights';
import { clipGradients } from './clip-gradients.js';
import { Ema } from './ema.js';

export interface PlayerOptions {
  /** Disposed with the player. */
  readonly optimizer: Optimizer;
  /** The learning rate of a step, counted from 0; default: the optimizer's own. */
  readonly learningRate?: ((step: number) => number) | undefined;
  /** Factors of the learning rate by regular expressions for names of parameters; the first that matches counts. */
  readonly rates?: Readonly<Record<string, number>> | undefined;
  /** Decay of the moving average of the parameters, in [0, 1); 0 (default) keeps none. */
  readonly emaDecay?: number | undefined;
  /** The largest norm of all gradients together; default: no limit. */
  readonly clipNorm?: number | undefined;
  /** For the initial parameters; default 0. */
  readonly seed?: number | undefined;
  /** Initial parameters (PyTorch's names and order of axes) instead of random ones. */
  readonly init?: ReadonlyMap<string, WeightTensor> | undefined;
}

/** What a player needs to go on exactly where it was; plain data. */
export interface PlayerState {
  readonly parameters: Readonly<Record<string, WeightTensor>>;
  readonly ema?: Float32Array;
  readonly optimizer: OptimizerState;
}

export interface Remembered {
  bringBack(): void;
  drop(): void;
}

/** The parameters of a network with what changes them: optimizer, learning rate, clipping, moving average. */
export class Player {
  readonly parameters: Parameters;
  readonly #optimizer: Optimizer;
  readonly #learningRate: ((step: number) => number) | undefined;
  readonly #clipNorm: number | undefined;
  readonly #trainable: ReadonlyMap<string, Variable>;
  /** The trainable parameters by the factor of their learning rate. */
  readonly #groups: ReadonlyMap<number, ReadonlyMap<string, Variable>>;
  readonly #ema: Ema | undefined;

  constructor(
    specs: ParameterSpecs,
    { optimizer, learningRate, rates = {}, emaDecay = 0, clipNorm, seed = 0, init }: PlayerOptions,
  ) {
    this.parameters = init === undefined ? Parameters.create(specs, { seed }) : Parameters.fromWeights(specs, init);
    this.#optimizer = optimizer;
    this.#learningRate = learningRate;
    this.#clipNorm = clipNorm;
    this.#trainable = this.parameters.trainable();
    this.#groups = groupByFactor(this.#trainable, rates);
    this.#ema = emaDecay > 0 ? new Ema(this.parameters, emaDecay) : undefined;
  }

  /** The parameters that training changes: those whose name passes the test. */
  variables(trains?: (name: string) => boolean): ReadonlyMap<string, Variable> {
    return trains === undefined ? this.#trainable : new Map([...this.#trainable].filter(([name]) => trains(name)));
  }

  learningRate(step: number): number {
    return this.#learningRate?.(step) ?? this.#optimizer.learningRate;
  }

  /**
   * Changes the parameters along their gradients, which are disposed.
   *
   * @param step counted from 0
   * @param gradients by name; a parameter without one stays as it is, and so does what the optimizer keeps of it
   */
  update(step: number, gradients: Record<string, Tensor>): void {
    const used = this.#clipNorm === undefined ? gradients : clipGradients(gradients, this.#clipNorm);
    const rate = this.learningRate(step);
    for (const [factor, variables] of this.#groups) {
      this.#optimizer.learningRate = rate * factor;
      this.#optimizer.step(variables, used);
    }
    this.#optimizer.learningRate = rate;
    dispose([used, gradients]);
    this.#ema?.update(this.parameters);
  }

  /** Sets new values of buffers (running statistics), which are disposed. */
  commit(updates: Readonly<Record<string, Tensor>>): void {
    for (const [name, update] of Object.entries(updates)) this.parameters.get(name).assign(update);
    dispose({ ...updates });
  }

  /** What a step changes before it is known to be a good one: the buffers. One of the two functions has to be called. */
  remember(): Remembered {
    const buffers = this.parameters.names().filter(name => this.parameters.specs[name]?.trainable === false);
    const values = Object.fromEntries(buffers.map(name => [name, this.parameters.get(name).clone()]));
    return { bringBack: () => this.commit(values), drop: () => dispose(values) };
  }

  /** Lets the optimizer begin anew. */
  forget(): void {
    this.#optimizer.reset();
  }

  /** The averaged parameters, or a copy of the present ones where none are averaged; the caller disposes them. */
  averaged(): Parameters {
    return this.#ema?.toParameters(this.parameters) ?? this.parameters.clone();
  }

  /** @throws `train/not-finite` if a parameter is NaN or infinite: such a state is not worth keeping */
  async state(): Promise<PlayerState> {
    const parameters = Object.fromEntries(await this.parameters.toWeights());
    for (const [name, { data }] of Object.entries(parameters)) {
      if (data.every(Number.isFinite)) continue;
      throw new SrError({
        code: 'train/not-finite',
        message: `The parameter "${name}" is no longer finite. Lower the learning rate or set clipNorm.`,
      });
    }
    return {
      parameters,
      ...(this.#ema === undefined ? {} : { ema: await this.#ema.state() }),
      optimizer: await this.#optimizer.state(),
    };
  }

  /** @throws `weights/...` if the state is that of another network */
  restore({ parameters, ema, optimizer }: PlayerState): void {
    const restored = Parameters.fromWeights(this.parameters.specs, new Map(Object.entries(parameters)));
    for (const name of this.parameters.names()) this.parameters.get(name).assign(restored.get(name));
    restored.dispose();
    if (ema !== undefined) this.#ema?.restore(ema);
    this.#optimizer.restore(optimizer);
  }

  dispose(): void {
    this.parameters.dispose();
    this.#ema?.dispose();
    this.#optimizer.dispose();
  }
}

function groupByFactor(
  variables: ReadonlyMap<string, Variable>,
  rates: Readonly<Record<string, number>>,
): ReadonlyMap<number, ReadonlyMap<string, Variable>> {
  const patterns = Object.entries(rates).map(([pattern, factor]) => [new RegExp(pattern), factor] as const);
  const groups = new Map<number, Map<string, Variable>>();
  for (const [name, variable] of variables) {
    const factor = patterns.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
    groups.set(factor, (groups.get(factor) ?? new Map()).set(name, variable));
  }
  return groups;
}
