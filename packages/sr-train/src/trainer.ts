/** One training step of a generator and its discriminators, and everything that has to be kept from one to the next. */
import {
  dispose,
  keep,
  type Scalar,
  type Tensor,
  type Tensor4D,
  Tensor as TensorClass,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { ImageBatch, MaskBatch } from 'sr-data';
import type { Loss, WeightedLoss } from 'sr-losses';
import { type Network, type Parameters, runNetwork } from 'sr-tensor';
import type { DiscriminatorPlayer, DiscriminatorState } from './discriminator-player.js';
import { areFinite } from './finite-terms.js';
import { type Shift, shifted, shiftedOutputs } from './jitter.js';
import { Player, type PlayerOptions, type PlayerState } from './player.js';
import { parameterTensors, RecordedPasses } from './recorded-passes.js';
import { addGradients, meanGradients, type TermGradients, type TrainingPass, termGradients } from './term-gradients.js';
import type { Training } from './training.js';

/** A batch as a source gives it, or of tensors, which stay the caller's. */
export interface TrainerBatch {
  /** `[batch, height, width, 3]` */
  readonly input: ImageBatch | Tensor4D;
  /** `[batch, height * scale, width * scale, 3]` */
  readonly target: ImageBatch | Tensor4D;
  /** `[batch, height * scale, width * scale, regions]`, for losses that go region by region. */
  readonly masks?: MaskBatch | Tensor4D;
}

/** What the losses of a step look at beside the network's outputs. */
export interface StepTensors {
  readonly input: Tensor4D;
  readonly target: Tensor4D;
  readonly masks?: Tensor4D;
}

/** The outputs of a network by name; `image` is its picture. */
export type StepOutputs = Readonly<Record<'image' | (string & {}), Tensor4D>>;

/** The generator's loss in one step. */
export interface StepLoss {
  /** The terms by name: their sum is the loss. */
  terms(outputs: StepOutputs, sample: StepTensors): Record<string, Scalar>;
  /** Whether it looks at outputs beside the picture. Default false. */
  readonly outputs?: boolean;
}

/** What is done in a step. */
export interface StepPlan {
  /** Absent: the generator is not trained. */
  readonly loss?: StepLoss | undefined;
  /** Which of its parameters are, by name; default all. */
  readonly trains?: ((parameter: string) => boolean) | undefined;
  /** The discriminators that are trained. */
  readonly discriminators: readonly string[];
  /** What of the pictures losses and discriminators look at; default all. */
  readonly shift?: Shift | undefined;
  /** Whether all optimizers forget what was before. */
  readonly fresh?: boolean | undefined;
}

/** Something that is measured once, before the first step, on what the generator makes of a few batches. */
export interface Calibration {
  readonly batches: number;
  measure(pairs: readonly (readonly [prediction: Tensor4D, target: Tensor4D])[]): Promise<void>;
  /** What was measured, plain data. */
  state(): unknown;
  restore(state: unknown): void;
}

export type TrainerOptions = PlayerOptions & {
  readonly network: Network;
  /** By the names under which they are reported (`name.real`, `name.fake`) and saved. They belong to the trainer. */
  readonly discriminators?: Readonly<Record<string, DiscriminatorPlayer>>;
  /** By the names under which they are saved. */
  readonly calibrations?: Readonly<Record<string, Calibration>>;
  /** Batches whose mean gradients make a step. Default 1. */
  readonly batchesPerStep?: number;
  /**
   * Whether native TensorFlow may repeat the passes of a step as functions, which takes up to 40 % less time. They are recorded
   * in the first step, which takes three times as long. What losses do may then depend on pictures and parameters only, on
   * nothing that changes in JavaScript. Default false; trainers of recipes do.
   */
  readonly record?: boolean;
  /** What is disposed with the trainer: encoders. */
  readonly owned?: readonly { dispose(): void }[];
} & (
    | {
        /** A weighted loss reports its terms, any other one term called `loss`. */
        readonly loss: Loss | WeightedLoss;
      }
    | {
        /** What is done in a step, counted from 0. */
        readonly plan: (step: number) => StepPlan;
      }
  );

/** What a trainer needs to go on exactly where it was; plain data. */
export interface TrainerState extends PlayerState {
  /** Steps that have been done. */
  readonly iteration: number;
  readonly discriminators: Readonly<Record<string, DiscriminatorState>>;
  readonly calibrations: Readonly<Record<string, unknown>>;
}

/**
 * Trains a network step by step on any backend, alone or against discriminators.
 *
 * In a step the generator goes first. Its pass is the only one: the discriminators judge what it gave, as a constant. Its step
 * changes nothing of theirs, neither parameters nor running statistics.
 *
 * It owns the parameters, their moving average and the optimizers' state. Use `trainSteps` for a whole training with
 * checkpoints and validation, `buildTrainer` for the trainer of a recipe.
 *
 * @example
 * const trainer = new Trainer({ network: compact(), loss: l1(), optimizer: adam({ learningRate: 1e-3 }) });
 * const losses = trainer.step({ input, target }); // { loss: Scalar }
 * trainer.dispose();
 */
export class Trainer implements Training<Network, TrainerBatch> {
  readonly network: Network;
  readonly batchesPerStep: number;
  readonly #generator: Player;
  readonly #discriminators: Readonly<Record<string, DiscriminatorPlayer>>;
  readonly #calibrations: Readonly<Record<string, Calibration>>;
  readonly #owned: readonly { dispose(): void }[];
  readonly #plan: (step: number) => StepPlan;
  readonly #passes: RecordedPasses | undefined;
  #iteration = 0;

  constructor(options: TrainerOptions) {
    const { network, discriminators = {}, calibrations = {}, batchesPerStep = 1, owned = [] } = options;
    this.network = network;
    this.batchesPerStep = batchesPerStep;
    this.#generator = new Player(network.parameters, options);
    this.#discriminators = discriminators;
    this.#calibrations = calibrations;
    this.#owned = owned;
    this.#plan = 'plan' in options ? options.plan : always(options.loss);
    this.#passes = options.record ? new RecordedPasses() : undefined;
  }

  get parameters(): Parameters {
    return this.#generator.parameters;
  }

  /** How many steps have been done. */
  get iteration(): number {
    return this.#iteration;
  }

  /** The generator's learning rate in the next step. */
  get learningRate(): number {
    return this.#generator.learningRate(this.#iteration);
  }

  async prepare(next: () => Promise<TrainerBatch>): Promise<void> {
    const calibrations = Object.values(this.#calibrations);
    const count = Math.max(0, ...calibrations.map(({ batches }) => batches));
    const { shift } = this.#plan(0);
    const pairs: [Tensor4D, Tensor4D][] = [];
    try {
      while (pairs.length < count) {
        const { input, target } = await next();
        const pair = tidy((): [Tensor4D, Tensor4D] => [
          shifted(this.#generate(tensorOf(input)).image, shift),
          shifted(tensorOf(target), shift),
        ]);
        pairs.push(pair);
      }
      for (const calibration of calibrations) await calibration.measure(pairs.slice(0, calibration.batches));
    } finally {
      dispose(pairs);
    }
  }

  /**
   * Changes the parameters by one step; nothing where a term is not finite and reading it is free (all but GPUs).
   *
   * @param batches as many as `batchesPerStep`; they may be of different sizes
   * @returns the terms of the losses before the step, by name; the caller disposes them
   */
  step(...batches: TrainerBatch[]): Record<string, Scalar> {
    const plan = this.#plan(this.#iteration);
    const judges = plan.discriminators.map(name => [name, this.#discriminators[name]!] as const);
    const samples = batches.map(sampleOf);
    const predictions: Tensor4D[] = [];
    const terms: Record<string, Scalar> = {};
    const found: [Player, TermGradients['gradients']][] = [];
    const before = this.#players().map(player => player.remember());

    if (plan.loss === undefined) {
      for (const { input } of samples) predictions.push(tidy(() => this.#generate(input).image));
    } else {
      let sum: TermGradients | undefined;
      for (const sample of samples) {
        const { prediction, ...pass } = this.#learn(sample, plan, plan.loss);
        if (judges.length > 0) predictions.push(prediction);
        else prediction.dispose();
        sum = addGradients(sum, pass);
      }
      const mean = meanGradients(sum!, samples.length);
      Object.assign(terms, mean.terms);
      found.push([this.#generator, mean.gradients]);
    }
    for (const [name, player] of judges) {
      let sum: TermGradients | undefined;
      for (const [i, { target }] of samples.entries()) {
        const [fake, real] = [predictions[i]!, target].map(images => shifted(images, plan.shift)) as [
          Tensor4D,
          Tensor4D,
        ];
        sum = addGradients(sum, player.judge(fake, real, this.#passes));
        dispose([fake, real]);
      }
      const mean = meanGradients(sum!, samples.length);
      for (const [side, term] of Object.entries(mean.terms)) terms[`${name}.${side}`] = term;
      found.push([player, mean.gradients]);
    }
    dispose(predictions);
    batches.forEach((batch, i) => {
      disposeSample(batch, samples[i]!);
    });
    if (areFinite(terms)) {
      if (plan.fresh) for (const player of this.#players()) player.forget();
      for (const [player, gradients] of found) player.update(this.#iteration, gradients);
      for (const { drop } of before) drop();
      this.#iteration++;
    } else {
      for (const [, gradients] of found) dispose(gradients);
      for (const { bringBack } of before) bringBack();
    }
    return terms;
  }

  averaged(): Parameters {
    return this.#generator.averaged();
  }

  /**
   * @throws `train/not-finite` if a parameter is NaN or infinite: such a state is not worth keeping
   */
  async state(): Promise<TrainerState> {
    const discriminators: Record<string, DiscriminatorState> = {};
    for (const [name, player] of Object.entries(this.#discriminators)) discriminators[name] = await player.state();
    return {
      iteration: this.#iteration,
      ...(await this.#generator.state()),
      discriminators,
      calibrations: Object.fromEntries(
        Object.entries(this.#calibrations).map(([name, calibration]) => [name, calibration.state()]),
      ),
    };
  }

  /** @throws `weights/...` if the state is that of another network */
  restore(state: TrainerState): void {
    this.#generator.restore(state);
    for (const [name, player] of Object.entries(this.#discriminators)) player.restore(state.discriminators[name]!);
    for (const [name, calibration] of Object.entries(this.#calibrations)) calibration.restore(state.calibrations[name]);
    this.#passes?.forget();
    this.#iteration = state.iteration;
  }

  dispose(): void {
    this.#passes?.forget();
    for (const player of this.#players()) player.dispose();
    for (const each of this.#owned) each.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #players(): Player[] {
    return [this.#generator, ...Object.values(this.#discriminators)];
  }

  /** The generator's picture of a sample, the terms of its loss and their gradients. */
  #learn(sample: StepTensors, { trains, shift }: StepPlan, loss: StepLoss): TermGradients & { prediction: Tensor4D } {
    const pass = (): TrainingPass & { readonly pictures: { prediction: Tensor4D } } => {
      let prediction: Tensor4D | undefined;
      const updates: Record<string, Tensor> = {};
      const found = termGradients(this.#generator.variables(trains), () => {
        const outputs = this.#generate(sample.input, { outputs: loss.outputs, updates });
        prediction = keep(outputs.image.clone());
        const { target, masks } = sample;
        return loss.terms(shiftedOutputs(outputs, shift, outputs.image.shape), {
          ...sample,
          target: shifted(target, shift),
          ...(masks && { masks: shifted(masks, shift) }),
        });
      });
      return { ...found, updates, pictures: { prediction: prediction! } };
    };
    const inputs = [...this.#players().flatMap(({ parameters }) => parameterTensors(parameters)), ...tensorsIn(sample)];
    const { terms, gradients, updates, pictures } = this.#passes?.run([loss, trains, shift], inputs, pass) ?? pass();
    this.#generator.commit(updates);
    return { terms, gradients, prediction: pictures.prediction };
  }

  /** @param updates receives what becomes of running statistics, to be disposed; default: they stay as they are */
  #generate(
    input: Tensor4D,
    { outputs = false, updates }: { outputs?: boolean | undefined; updates?: Record<string, Tensor> } = {},
  ): Record<'image' | (string & {}), Tensor4D> {
    const run = runNetwork({ network: this.network, parameters: this.parameters }, input, {
      mode: 'training',
      outputs,
    });
    if (updates !== undefined) for (const [name, update] of run.updates) updates[name] = keep(update);
    return { ...Object.fromEntries(run.outputs), image: run.output };
  }
}

/** The same loss in every step. */
function always(loss: Loss | WeightedLoss): (step: number) => StepPlan {
  const terms: StepLoss['terms'] = ({ image }, { target }) =>
    'terms' in loss ? loss.terms(image, target) : { loss: loss(image, target) };
  const plan: StepPlan = { loss: { terms }, discriminators: [] };
  return () => plan;
}

function sampleOf({ input, target, masks }: TrainerBatch): StepTensors {
  return { input: tensorOf(input), target: tensorOf(target), ...(masks && { masks: tensorOf(masks) }) };
}

function tensorsIn({ input, target, masks }: StepTensors): Tensor[] {
  return [input, target, ...(masks === undefined ? [] : [masks])];
}

/** Disposes what `sampleOf` made. */
function disposeSample(batch: TrainerBatch, sample: StepTensors): void {
  for (const name of ['input', 'target', 'masks'] as const) if (!isTensor(batch[name])) sample[name]?.dispose();
}

function tensorOf(images: ImageBatch | MaskBatch | Tensor4D): Tensor4D {
  return isTensor(images) ? images : tensor4d(images.data, [...images.shape]);
}

function isTensor(images: unknown): images is Tensor4D {
  return images instanceof TensorClass;
}
