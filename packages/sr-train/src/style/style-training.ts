/** The training of a network that paints: its pictures are judged by their content and by fixed matrices of the style. */
import {
  dispose,
  keep,
  type Scalar,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import type { WeightedLoss } from 'sr-losses';
import { type ApplyContext, type Parameters, type Picture, pictureToTensor, Random, tensorToPicture } from 'sr-tensor';
import type { StyleNetwork } from 'style-transfer';
import { Player, type PlayerOptions, type PlayerState } from '../player.js';
import { parameterTensors, RecordedPasses } from '../recorded-passes.js';
import { type TrainingPass, termGradients } from '../term-gradients.js';
import type { ValidationScore } from '../train-steps.js';
import type { Training } from '../training.js';

/** How good a painted picture is for its content, both `[batch, height, width, 3]`. */
export type StyleObjective = WeightedLoss<string, [painted: Tensor4D, content: Tensor4D]>;

/** Weights of a loss of which short trainings find the best. */
export interface StyleTrials {
  readonly loss: string;
  readonly weights: readonly number[];
  readonly steps: number;
}

export interface StyleTrainingOptions {
  readonly network: StyleNetwork;
  /** How the network is trained, made anew for each trial. */
  readonly player: () => PlayerOptions;
  /** The objective of each of the network's styles; some weights may differ from the recipe's. */
  readonly objectives: (weights: Readonly<Record<string, number>>) => readonly StyleObjective[];
  /** Default: none. */
  readonly trials?: StyleTrials | undefined;
  /** Pictures to validate on; trials need some. */
  readonly heldOut?: readonly NamedPicture[];
  /** Of the styles that steps are done in; default 0. */
  readonly seed?: number;
  /** What is disposed with the training: encoders, matrices. */
  readonly owned?: readonly { dispose(): void }[];
}

export interface NamedPicture {
  readonly name: string;
  readonly picture: Picture;
}

/** What a training of a style needs to go on exactly where it was; plain data. */
export interface StyleTrainingState {
  readonly iteration: number;
  readonly player: PlayerState;
  /** What trials have found. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The objective and its terms, means over pictures and styles; the pictures as they are painted in each style. */
export interface StyleScore extends ValidationScore {
  readonly pictures: readonly {
    readonly name: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly painted: readonly Picture[];
  }[];
}

/**
 * Trains a style network step by step on any backend; of several styles each step takes one, drawn at random.
 *
 * @see Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, section 3; for several
 *   styles Dumoulin et al., "A learned representation for artistic style", ICLR 2017
 */
export class StyleTraining implements Training<StyleNetwork> {
  readonly network: StyleNetwork;
  readonly #options: StyleTrainingOptions;
  readonly #player: Player;
  readonly #passes = new RecordedPasses();
  #weights: Readonly<Record<string, number>> = {};
  #objectives: readonly StyleObjective[];
  #iteration = 0;

  constructor(options: StyleTrainingOptions) {
    this.network = options.network;
    this.#options = options;
    this.#player = new Player(options.network.parameters, options.player());
    this.#objectives = options.objectives({});
  }

  get iteration(): number {
    return this.#iteration;
  }

  get learningRate(): number {
    return this.#player.learningRate(this.#iteration);
  }

  /** Chooses the weight that trials are for. */
  async prepare(next: () => Promise<Batch>): Promise<void> {
    const { trials, network, player, objectives, heldOut = [] } = this.#options;
    if (trials === undefined) return;
    const rivals = trials.weights.map(weight => ({
      weights: { [trials.loss]: weight },
      objectives: objectives({ [trials.loss]: weight }),
      player: new Player(network.parameters, player()),
    }));
    try {
      for (let step = 0; step < trials.steps; step++) {
        const batch = await next();
        for (const rival of rivals) dispose(this.#step(step, batch, rival.player, rival.objectives));
      }
      let least = Number.POSITIVE_INFINITY;
      for (const rival of rivals) {
        const averaged = rival.player.averaged();
        const { scores } = await this.#validate(averaged, heldOut, rival.objectives);
        averaged.dispose();
        const others = scores.objective! - (scores[trials.loss] ?? 0);
        if (others >= least) continue;
        least = others;
        this.#use(rival.weights);
      }
    } finally {
      for (const rival of rivals) rival.player.dispose();
    }
  }

  /** @param batch of which only the targets are looked at: pictures as they are */
  step(batch: Pick<Batch, 'target'>): Record<string, Scalar> {
    const terms = this.#step(this.#iteration, batch, this.#player, this.#objectives);
    this.#iteration++;
    return terms;
  }

  /** Paints the pictures held out in every style and scores them: `objective`, and its terms. */
  validate(parameters: Parameters): Promise<StyleScore> {
    return this.#validate(parameters, this.#options.heldOut ?? [], this.#objectives);
  }

  averaged(): Parameters {
    return this.#player.averaged();
  }

  async state(): Promise<StyleTrainingState> {
    return { iteration: this.#iteration, player: await this.#player.state(), weights: this.#weights };
  }

  restore({ iteration, player, weights }: StyleTrainingState): void {
    this.#player.restore(player);
    this.#use(weights);
    this.#iteration = iteration;
  }

  dispose(): void {
    this.#passes.forget();
    this.#player.dispose();
    for (const each of this.#options.owned ?? []) each.dispose();
  }

  #use(weights: Readonly<Record<string, number>>): void {
    this.#passes.forget();
    this.#weights = weights;
    this.#objectives = this.#options.objectives(weights);
  }

  #step(
    iteration: number,
    { target }: Pick<Batch, 'target'>,
    player: Player,
    objectives: readonly StyleObjective[],
  ): Record<string, Scalar> {
    // A position for each step: nothing has to be kept.
    const style = new Random({ seed: this.#options.seed ?? 0, position: iteration }).int(objectives.length);
    const content = tensor4d(target.data, [...target.shape]);
    const pass = (): TrainingPass => {
      const updates: Record<string, Tensor> = {};
      const update: ApplyContext['update'] = (name, value) => {
        updates[name] = keep(value);
      };
      const context: ApplyContext = { mode: 'training', update };
      const found = termGradients(player.variables(), () =>
        objectives[style]!.terms(this.#paint(content, player.parameters, { style, context }), content),
      );
      return { ...found, updates };
    };
    const inputs = [...parameterTensors(player.parameters), content];
    const { terms, gradients, updates } = this.#passes.run([objectives[style]], inputs, pass);
    content.dispose();
    player.commit(updates);
    player.update(iteration, gradients);
    return terms;
  }

  async #validate(
    parameters: Parameters,
    heldOut: readonly NamedPicture[],
    objectives: readonly StyleObjective[],
  ): Promise<StyleScore> {
    const pictures: StyleScore['pictures'][number][] = [];
    const context: ApplyContext = { mode: 'inference', update: () => undefined };
    for (const { name, picture } of heldOut) {
      const content = pictureToTensor(picture);
      const painted: Picture[] = [];
      const scores: Record<string, number>[] = [];
      for (const [style, objective] of objectives.entries()) {
        const result = this.#paint(content, parameters, { style, context });
        const terms = objective.terms(result, content);
        scores.push(await valuesOf(terms));
        painted.push(await tensorToPicture(result));
        dispose([result, terms]);
      }
      content.dispose();
      pictures.push({ name, scores: means(scores), painted });
    }
    return { scores: means(pictures.map(({ scores }) => scores)), pictures };
  }

  #paint(
    content: Tensor4D,
    parameters: Parameters,
    { style, context }: { style: number; context: ApplyContext },
  ): Tensor4D {
    const { styles } = this.network.config;
    const shares = tensor2d(
      Array.from({ length: styles }, (_, i) => (i === style ? 1 : 0)),
      [1, styles],
    );
    const paint = (): Tensor4D => this.network.applyStyles(content, parameters.scope(), context, shares);
    // New running statistics outlive the pass.
    const painted = context.mode === 'training' ? paint() : tidy(paint);
    shares.dispose();
    return painted;
  }
}

/** The values of terms, and their sum as `objective`. */
async function valuesOf(terms: Readonly<Record<string, Scalar>>): Promise<Record<string, number>> {
  const scores: Record<string, number> = { objective: 0 };
  for (const [name, term] of Object.entries(terms)) {
    scores[name] = (await term.data())[0]!;
    scores.objective! += scores[name]!;
  }
  return scores;
}

function means(scores: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(scores[0] ?? {});
  return Object.fromEntries(
    names.map(name => [name, scores.reduce((sum, each) => sum + each[name]!, 0) / scores.length]),
  );
}
