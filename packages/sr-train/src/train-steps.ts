/** A whole training: steps, validation, checkpoints, exact resumption; on any backend, in Node and in a browser tab. */
import { dispose, type Scalar, stack } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import { abortError, type Parameters, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { type CheckpointStore, encodeCheckpoint } from './checkpoint.js';
import { readsAreFree } from './finite-terms.js';
import { latestCheckpoint } from './latest-checkpoint.js';
import { LossWindow } from './loss-window.js';
import { Pace } from './pace.js';
import { checkSameRecipe } from './same-recipe.js';
import type { TrainedNetwork, Training } from './training.js';

export interface TrainStepsOptions<
  Score extends ValidationScore = ValidationScore,
  Net extends TrainedNetwork = TrainedNetwork,
  Sample = Batch,
> {
  readonly training: Training<Net, Sample>;
  /** Of batches: a `BatchSource` of sr-data, or anything that gives one after the other and can be resumed. */
  readonly source: SampleSource<Sample>;
  /** How many steps the whole training has. */
  readonly steps: number;
  /** Default: no checkpoints. */
  readonly store?: CheckpointStore;
  /** What was asked for, plain data: a checkpoint is refused whose recipe differs. Default: none. */
  readonly recipe?: unknown;
  /** Goes on from the latest checkpoint of the store, if there is one. Default: false. */
  readonly resume?: boolean;
  /** A checkpoint is saved after so many steps or minutes, whichever comes first. Default: ten minutes. */
  readonly checkpoint?: { readonly everySteps?: number; readonly everyMinutes?: number };
  /** Scores what is trained after every so many steps and after the last. Default: never. */
  readonly validation?: {
    readonly every: number;
    readonly run: (model: { network: Net; parameters: Parameters }) => Promise<Score>;
    /** The score that decides what is best, and which values of it are better. Default PSNR, of which higher ones are. */
    readonly best?: ScoreName;
  };
  /** Steps a line of the log sums up. Default: 20. */
  readonly logEvery?: number;
  /** Saves, then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly observer?: TrainObserver<Score>;
}

/** Gives one batch after the other; goes on from where `state()` was taken. */
export interface SampleSource<Sample = Batch> {
  next(options?: { signal?: AbortSignal }): Promise<Sample>;
  state(): unknown;
  restore(state: unknown): void;
}

/** Whatever a validation finds, with its scores by name. */
export interface ValidationScore {
  readonly scores: Readonly<Record<string, number>>;
}

export interface ScoreName {
  readonly name: string;
  readonly direction: 'higher' | 'lower';
}

/** One step that has been done. */
export interface TrainStep {
  /** Counted from 1. */
  readonly iteration: number;
  /** Of the whole training. */
  readonly steps: number;
  /** The terms of the loss of this step's batch, by name, each times its weight. */
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Moving average, validation and checkpoints included; undefined until it is known. */
  readonly stepsPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
  /** The share of the time, from 0 to 1, in which the trainer waited for data. */
  readonly waiting: number;
}

/** A line of the log: means over the steps since the line before. */
export interface TrainLogEntry {
  readonly iteration: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Since the start of the training, interruptions left out. */
  readonly seconds: number;
  readonly waiting: number;
}

export interface Validated<Score extends ValidationScore = ValidationScore> {
  readonly iteration: number;
  readonly score: Score;
  readonly isBest: boolean;
  readonly best: Best;
  /** The parameters that were scored. */
  readonly weights: ReadonlyMap<string, WeightTensor>;
  readonly seconds: number;
}

/** The best parameters so far. */
export interface Best {
  readonly iteration: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly weights: ReadonlyMap<string, WeightTensor>;
}

/** Is told what happens and may take its time; what it throws ends the training. */
export interface TrainObserver<Score extends ValidationScore = ValidationScore> {
  /** Before the first step; `iteration` is that of the checkpoint, 0 without one. */
  onStart?(event: { iteration: number; best: Best | undefined; skipped: readonly string[] }): unknown;
  onLog?(entry: TrainLogEntry): unknown;
  onValidation?(event: Validated<Score>): unknown;
  onCheckpoint?(event: { iteration: number; bytes: number }): unknown;
  /** After the last step, also where the loop was left or aborted; not after an error. */
  onEnd?(result: TrainResult): unknown;
}

export interface TrainResult {
  readonly iteration: number;
  readonly best: Best | undefined;
  readonly seconds: number;
}

/** What a checkpoint holds. */
interface TrainingState {
  readonly recipe: unknown;
  readonly training: unknown;
  readonly source: unknown;
  readonly best?: Omit<Best, 'weights'> & { readonly weights: Record<string, WeightTensor> };
  readonly window: ReturnType<LossWindow['state']>;
  readonly seconds: number;
  readonly waited: number;
}

/**
 * Trains until `steps` steps are done and gives each of them.
 *
 * An interrupted and resumed training does exactly what an uninterrupted one does: everything that `training` and `source`
 * need to go on, and the best so far, are in the checkpoint. One is saved in the end and when the loop is left.
 *
 * @returns a generator of steps; whoever iterates sets the pace. What it returns in the end is the result.
 * @throws `train/not-finite` at the step whose loss is NaN or infinite, with the name of the first such term, after saving the
 *   state before that step; on a GPU, where losses are read later, the last checkpoint stays as it is. `train/recipe-changed` for a checkpoint of another recipe. `aborted` after saving.
 * @example
 * for await (const { iteration, losses } of trainSteps({ training: trainer, source, steps: 1000, store: memoryStore() })) {
 *   console.log(iteration, losses);
 * }
 */
export async function* trainSteps<Score extends ValidationScore, Net extends TrainedNetwork, Sample = Batch>(
  options: TrainStepsOptions<Score, Net, Sample>,
): AsyncGenerator<TrainStep, TrainResult, void> {
  const { training, source, steps, store, validation, signal, observer = {}, logEvery = 20, recipe = null } = options;
  const { everySteps = Number.POSITIVE_INFINITY, everyMinutes = 10 } = options.checkpoint ?? {};
  const window = new LossWindow();
  const pace = new Pace();
  let best: Best | undefined;
  let saved = -1;
  let savedAt = performance.now();
  let unread: UnreadStep[] = [];

  const restore = async (): Promise<void> => {
    const { state, skipped } =
      options.resume && store ? await latestCheckpoint(store) : { state: undefined, skipped: [] };
    if (state !== undefined) {
      const found = state as TrainingState;
      checkSameRecipe(found.recipe, recipe);
      training.restore(found.training);
      source.restore(found.source);
      window.restore(found.window);
      pace.restore(found);
      best = found.best && { ...found.best, weights: new Map(Object.entries(found.best.weights)) };
      saved = training.iteration;
    } else if (training.prepare !== undefined) {
      const position = source.state();
      await training.prepare(() => source.next(signal === undefined ? {} : { signal }));
      source.restore(position);
    }
    await observer.onStart?.({ iteration: training.iteration, best, skipped });
  };

  const save = async (): Promise<void> => {
    if (store === undefined || saved === training.iteration) return;
    const bytes = encodeCheckpoint({
      recipe,
      training: await training.state(),
      source: source.state(),
      ...(best === undefined ? {} : { best: { ...best, weights: Object.fromEntries(best.weights) } }),
      window: window.state(),
      ...pace.state(),
    } satisfies TrainingState);
    await store.write(training.iteration, bytes);
    saved = training.iteration;
    savedAt = performance.now();
    await observer.onCheckpoint?.({ iteration: saved, bytes: bytes.length });
  };

  const validate = async ({ run, best: by = defaultScore }: NonNullable<typeof options.validation>): Promise<void> => {
    const parameters = training.averaged();
    try {
      const score = await run({ network: training.network, parameters });
      const { scores } = score;
      const weights = await parameters.toWeights();
      const isBest = best === undefined || isBetter(scores, best.scores, by);
      const { iteration } = training;
      if (isBest) best = { iteration, scores, weights };
      const { seconds } = pace.state();
      await observer.onValidation?.({ iteration, score, isBest, best: best!, weights, seconds });
    } finally {
      parameters.dispose();
    }
  };

  /** Reads the losses of the steps whose values are still on the device. */
  const readLosses = async (): Promise<TrainStep[]> => {
    const reading = unread;
    unread = [];
    const done: TrainStep[] = [];
    for (const { iteration, learningRate, losses } of await readSteps(reading)) {
      checkFinite(losses, iteration);
      window.add(losses);
      if (iteration % logEvery === 0 || iteration === steps) {
        const { seconds } = pace.state();
        await observer.onLog?.({ iteration, losses: window.take(), learningRate, seconds, waiting: pace.waiting });
      }
      const { stepsPerSecond, waiting } = pace;
      const secondsLeft = stepsPerSecond && (steps - iteration) / stepsPerSecond;
      done.push({ iteration, steps, losses, learningRate, stepsPerSecond, secondsLeft, waiting });
    }
    return done;
  };

  const result = (): TrainResult => ({ iteration: training.iteration, best, seconds: pace.state().seconds });

  await restore();
  const readEvery = readsAreFree() ? 1 : 10;
  let failed = false;
  try {
    pace.start();
    while (training.iteration < steps && !signal?.aborted) {
      const position = source.state();
      const batches = await pace.wait(nextBatches(source, training.batchesPerStep ?? 1, signal));
      if (batches === undefined) break;
      const { learningRate } = training;
      const iteration = training.iteration + 1;
      const terms = training.step(...batches);
      unread.push({ terms, learningRate, iteration });
      pace.step();
      if (training.iteration < iteration) {
        // A term is not finite, and nothing has changed.
        source.restore(position);
        if (training.iteration > 0) await save();
        await readLosses();
      }

      const isLast = iteration === steps;
      const validates = validation !== undefined && (isLast || iteration % validation.every === 0);
      const minutes = (performance.now() - savedAt) / 60_000;
      const saves = isLast || iteration % everySteps === 0 || minutes >= everyMinutes;
      if (!validates && !saves && unread.length < readEvery) continue;

      const done = await readLosses();
      if (validates) await validate(validation);
      if (saves) await save();
      yield* done;
      await macrotask();
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    // Steps that were done but not yet read count as well: the loop may be left while some are.
    if (failed) for (const { terms } of unread) dispose(terms);
    else {
      await readLosses();
      await save();
      await observer.onEnd?.(result());
    }
  }
  if (signal?.aborted && training.iteration < steps) throw abortError(signal);
  return result();
}

interface UnreadStep {
  readonly iteration: number;
  readonly learningRate: number;
  readonly terms: Record<string, Scalar>;
}

/** The next batches, or undefined if the signal came first: then they come again. */
async function nextBatches<Sample>(
  source: SampleSource<Sample>,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Sample[] | undefined> {
  const position = source.state();
  const batches: Sample[] = [];
  try {
    while (batches.length < count) batches.push(await source.next(signal === undefined ? {} : { signal }));
    return batches;
  } catch (error) {
    if (!signal?.aborted) throw error;
    if (batches.length > 0) source.restore(position);
    return undefined;
  }
}

const defaultScore: ScoreName = { name: 'psnr', direction: 'higher' };

/** Of equal ones the earlier stays. */
function isBetter(
  scores: Readonly<Record<string, number>>,
  best: Readonly<Record<string, number>>,
  { name, direction }: ScoreName,
): boolean {
  const [now, before] = [scores[name]!, best[name]!];
  return direction === 'higher' ? now > before : now < before;
}

/** Reads the losses of all these steps at once and disposes their tensors. */
async function readSteps(
  steps: readonly UnreadStep[],
): Promise<{ iteration: number; learningRate: number; losses: Record<string, number> }[]> {
  const terms = steps.flatMap(step => Object.values(step.terms));
  const values = await valuesOf(terms);
  dispose(terms);
  let next = 0;
  return steps.map(({ iteration, learningRate, terms }) => ({
    iteration,
    learningRate,
    losses: Object.fromEntries(Object.keys(terms).map(name => [name, values[next++]!])),
  }));
}

async function valuesOf(scalars: readonly Scalar[]): Promise<ArrayLike<number>> {
  if (scalars.length === 0) return [];
  const all = stack([...scalars]);
  const values = await all.data();
  all.dispose();
  return values;
}

function checkFinite(losses: Readonly<Record<string, number>>, iteration: number): void {
  for (const [name, value] of Object.entries(losses)) {
    if (Number.isFinite(value)) continue;
    throw new SrError({
      code: 'train/not-finite',
      message: `The loss "${name}" is ${value} at step ${iteration}. The last good state is saved; lower the learning rate or set clipNorm, then train anew.`,
    });
  }
}

/**
 * Lets timers, signals and the decoding of the next pictures have their turn. A native step blocks the thread, and
 * awaiting what is already there runs no more than microtasks.
 */
function macrotask(): Promise<void> {
  return new Promise(resolve => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve)));
}
