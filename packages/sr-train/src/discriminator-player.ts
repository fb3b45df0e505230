import { keep, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type AdversarialPreset,
  adversarialLoss,
  type DiscriminatorLoss,
  discriminatorLoss,
  type GradientPenaltyOptions,
  type Discriminator as Judge,
  type Loss,
} from 'sr-losses';
import type { Discriminator } from 'sr-models';
import { Random, type RandomState, scopeOver } from 'sr-tensor';
import { Player, type PlayerOptions, type PlayerState, type Remembered } from './player.js';
import { parameterTensors, type RecordedPasses } from './recorded-passes.js';
import { type TermGradients, type TrainingPass, termGradients } from './term-gradients.js';

export interface DiscriminatorOptions extends PlayerOptions {
  readonly network: Discriminator;
  /** What both sides minimise; default `'vanilla'`. */
  readonly objective?: AdversarialPreset | undefined;
  /** What of the pictures it judges; default the pictures. */
  readonly view?: ((images: Tensor4D) => Tensor4D) | undefined;
  /** Default: that of the objective. */
  readonly penalty?: GradientPenaltyOptions | undefined;
}

export interface DiscriminatorState extends PlayerState {
  /** Where the numbers of its penalty stand. */
  readonly random: RandomState;
}

/** A discriminator in training. */
export class DiscriminatorPlayer extends Player {
  readonly network: Discriminator;
  /** The generator's loss: it changes nothing of the discriminator. */
  readonly adversarialLoss: Loss;
  readonly #loss: DiscriminatorLoss;
  #random: Random;
  /** Running statistics of a step under way: PyTorch's move with the real batch, and from there with the fake one. */
  readonly #running = new Map<string, Tensor>();

  constructor({ network, objective = 'vanilla', view, penalty, ...options }: DiscriminatorOptions) {
    super(network.parameters, options);
    this.network = network;
    this.#random = new Random(options.seed ?? 0);
    const scope = this.parameters.scope();
    const judge: Judge = (images, context) => {
      const lookup = (name: string): Tensor | undefined =>
        this.#running.get(name) ?? (scope.has(name) ? scope.get(name) : undefined);
      return network.apply(images, scopeOver(lookup, ''), context);
    };
    const shared = { discriminator: judge, preset: objective, ...(view && { view }) };
    this.adversarialLoss = adversarialLoss(shared);
    this.#loss = discriminatorLoss({ ...shared, ...(penalty && { penalty }) });
  }

  /**
   * The terms of its loss and their gradients; takes over the running statistics.
   *
   * @param passes that records it, unless it takes random numbers
   */
  judge(prediction: Tensor4D, target: Tensor4D, passes?: RecordedPasses): TermGradients {
    const update = (name: string, value: Tensor): void => {
      this.#running.get(name)?.dispose();
      this.#running.set(name, keep(value));
    };
    const pass = (): TrainingPass => {
      const found = termGradients(this.variables(), () =>
        this.#loss.terms(prediction, target, { update, random: this.#random }),
      );
      const updates = Object.fromEntries(this.#running);
      this.#running.clear();
      return { ...found, updates };
    };
    const inputs = [...parameterTensors(this.parameters), prediction, target];
    const { updates, ...found } =
      passes === undefined || this.#loss.isRandom ? pass() : passes.run([this.#loss], inputs, pass);
    this.commit(updates);
    return found;
  }

  override remember(): Remembered {
    const buffers = super.remember();
    const random = this.#random.state;
    return {
      bringBack: () => {
        buffers.bringBack();
        this.#random = new Random(random);
      },
      drop: buffers.drop,
    };
  }

  override async state(): Promise<DiscriminatorState> {
    return { ...(await super.state()), random: this.#random.state };
  }

  override restore(state: DiscriminatorState): void {
    super.restore(state);
    this.#random = new Random(state.random);
  }
}
