/** The training of LPIPS's linear layers on judgements of people, step by step. */
import { dispose, type Scalar } from '@tensorflow/tfjs-core';
import {
  keepPositive,
  type LpipsLinear,
  measureTriplets,
  rankingLoss,
  rankingParameters,
  type TwoAfcTriplet,
} from 'sr-metrics';
import { type Encoder, type ParameterSpecs, Parameters, Random, type RandomState, zeros } from 'sr-tensor';
import { areFinite } from '../finite-terms.js';
import { Player, type PlayerOptions, type PlayerState } from '../player.js';
import { termGradients } from '../term-gradients.js';
import type { TrainedNetwork, Training } from '../training.js';

export interface LpipsTrainingOptions {
  /** Disposed with the training. */
  readonly encoder: Encoder;
  readonly layers: readonly string[];
  readonly player: PlayerOptions;
  /** Default true. */
  readonly dropout?: boolean;
  /** Of what is dropped; default 0. */
  readonly seed?: number;
}

/** What a training of linear layers needs to go on exactly where it was; plain data. */
export interface LpipsTrainingState {
  readonly iteration: number;
  readonly player: PlayerState;
  readonly random: RandomState;
}

/**
 * Trains linear layers, and a small network that ranks distances, which is left behind.
 */
export class LpipsTraining implements Training<TrainedNetwork, readonly TwoAfcTriplet[]> {
  /** The linear layers under the names of the authors' files. */
  readonly network: TrainedNetwork;
  readonly encoder: Encoder;
  readonly layers: readonly string[];
  readonly #player: Player;
  readonly #dropout: boolean;
  #random: Random;
  #iteration = 0;

  constructor({ encoder, layers, player, dropout = true, seed = 0 }: LpipsTrainingOptions) {
    const channels = layers.map(layer => encoder.geometry(layer).channels);
    this.network = {
      name: 'lpips-linear',
      config: { encoder: encoder.encoderName, layers },
      parameters: Object.fromEntries(
        channels.map((count, i): [string, ParameterSpecs[string]] => [
          publishedName(i),
          { shape: [1, 1, count, 1], layout: 'conv', init: zeros },
        ]),
      ),
    };
    this.encoder = encoder;
    this.layers = layers;
    this.#player = new Player(rankingParameters(channels), player);
    this.#dropout = dropout;
    this.#random = new Random(seed);
  }

  get iteration(): number {
    return this.#iteration;
  }

  get learningRate(): number {
    return this.#player.learningRate(this.#iteration);
  }

  step(triplets: readonly TwoAfcTriplet[]): Record<string, Scalar> {
    const before = this.#random.state;
    const random = this.#dropout ? this.#random : undefined;
    const differences = measureTriplets(triplets, this.encoder, this.layers, random);
    const { terms, gradients } = termGradients(this.#player.variables(), () => ({
      ranking: rankingLoss(differences, this.#player.parameters.scope()),
    }));
    dispose([...differences.p0, ...differences.p1, differences.judge]);
    if (!areFinite(terms)) {
      dispose(gradients);
      this.#random = new Random(before);
      return terms;
    }
    this.#player.update(this.#iteration, gradients);
    keepPositive(this.#player.parameters);
    this.#iteration++;
    return terms;
  }

  averaged(): Parameters {
    const trained = this.#player.averaged();
    const published = Parameters.create(this.network.parameters);
    for (const [i] of this.layers.entries()) {
      const target = published.get(publishedName(i));
      const values = trained.get(`lin${i}.weight`).reshape(target.shape);
      target.assign(values);
      values.dispose();
    }
    trained.dispose();
    return published;
  }

  async state(): Promise<LpipsTrainingState> {
    return { iteration: this.#iteration, player: await this.#player.state(), random: this.#random.state };
  }

  restore({ iteration, player, random }: LpipsTrainingState): void {
    this.#player.restore(player);
    this.#random = new Random(random);
    this.#iteration = iteration;
  }

  dispose(): void {
    this.#player.dispose();
    this.encoder.dispose();
  }
}

/** The linear layers of `averaged()`, for `lpips({ encoder, linear })`. */
export async function linearOf(parameters: Parameters): Promise<LpipsLinear> {
  const values = parameters.names().map(name => parameters.get(name).data());
  return Promise.all(values) as Promise<LpipsLinear>;
}

function publishedName(layer: number): string {
  return `lin${layer}.model.1.weight`;
}
