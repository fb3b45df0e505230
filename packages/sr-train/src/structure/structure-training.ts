/** The training of a structure extractor: extractor and head learn together to answer the questions of a pretext task. */
import { dispose, type Scalar, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { featureSpacing, type TappedNetwork } from 'sr-models';
import { type Parameters, Random, type RandomState } from 'sr-tensor';
import { areFinite } from '../finite-terms.js';
import { Player, type PlayerOptions, type PlayerState } from '../player.js';
import { termGradients } from '../term-gradients.js';
import type { Training } from '../training.js';
import { type Pretext, type PretextTask, pretextTask } from './pretext-task.js';

export interface StructureTrainingOptions {
  readonly network: TappedNetwork;
  readonly pretext: Pretext;
  readonly extractor: PlayerOptions;
  readonly head: PlayerOptions;
  /** For the questions; default 0. */
  readonly seed?: number;
}

/** What a training of an extractor needs to go on exactly where it was; plain data. */
export interface StructureTrainingState {
  readonly iteration: number;
  readonly extractor: PlayerState;
  readonly head: PlayerState;
  readonly random: RandomState;
}

/**
 * Trains a structure extractor step by step on any backend.
 *
 * @example
 * const training = new StructureTraining({
 *   network: nse({ channels: 4 }),
 *   pretext: pretexts.context,
 *   extractor: { optimizer: adam({ learningRate: 1e-3 }), seed: 1 },
 *   head: { optimizer: adam({ learningRate: 1e-3 }), seed: 2 },
 * });
 * const { context } = training.step(await source.next());
 */
export class StructureTraining implements Training<TappedNetwork> {
  readonly network: TappedNetwork;
  readonly task: PretextTask;
  readonly #layer: string;
  readonly #questions: number;
  readonly #extractor: Player;
  readonly #head: Player;
  #random: Random;
  #iteration = 0;

  constructor({ network, pretext, extractor, head, seed = 0 }: StructureTrainingOptions) {
    this.network = network;
    this.#layer = network.layers.at(-1)!;
    const geometry = network.taps[this.#layer]!;
    this.task = pretextTask(pretext, { channels: geometry.channels, spacing: featureSpacing(geometry) });
    this.#questions = pretext.questions;
    this.#extractor = new Player(network.parameters, extractor);
    this.#head = new Player(this.task.head.parameters, head);
    this.#random = new Random(seed);
  }

  get iteration(): number {
    return this.#iteration;
  }

  get learningRate(): number {
    return this.#extractor.learningRate(this.#iteration);
  }

  /** @param batch of which only the targets are looked at: pictures as they are */
  step({ target }: Pick<Batch, 'target'>): Record<string, Scalar> {
    const images = tensor4d(target.data, [...target.shape]);
    const before = this.#random.state;
    // Their names differ: convolutions here, dense layers there.
    const variables = new Map([...this.#extractor.variables(), ...this.#head.variables()]);
    const { terms, gradients } = termGradients(variables, () => {
      const features = this.#features(images);
      const [batch, height, width] = features.shape;
      const questions = this.task.ask(this.#random, { batch, height, width, count: this.#questions });
      return { [this.task.name]: questions.loss(features, this.#head.parameters.scope()) };
    });
    images.dispose();
    if (!areFinite(terms)) {
      dispose(gradients);
      this.#random = new Random(before);
      return terms;
    }
    for (const player of [this.#extractor, this.#head]) {
      const own = Object.entries(gradients).filter(([name]) => name in player.parameters.specs);
      player.update(this.#iteration, Object.fromEntries(own));
    }
    this.#iteration++;
    return terms;
  }

  /** The extractor's. */
  averaged(): Parameters {
    return this.#extractor.averaged();
  }

  /** The head's parameters, averaged as the extractor's are; the caller disposes them. */
  averagedHead(): Parameters {
    return this.#head.averaged();
  }

  async state(): Promise<StructureTrainingState> {
    return {
      iteration: this.#iteration,
      extractor: await this.#extractor.state(),
      head: await this.#head.state(),
      random: this.#random.state,
    };
  }

  restore({ iteration, extractor, head, random }: StructureTrainingState): void {
    this.#extractor.restore(extractor);
    this.#head.restore(head);
    this.#random = new Random(random);
    this.#iteration = iteration;
  }

  dispose(): void {
    this.#extractor.dispose();
    this.#head.dispose();
  }

  #features(images: Tensor4D): Tensor4D {
    const context = { mode: 'training', update: () => undefined } as const;
    const scope = this.#extractor.parameters.scope();
    return this.network.features(images, scope, context, [this.#layer])[this.#layer]!;
  }
}
