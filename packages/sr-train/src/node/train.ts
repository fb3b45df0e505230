import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildNetwork } from 'sr-models';
import { type Model, Parameters, SrError } from 'sr-tensor';
import { type SelectBackendOptions, selectBackend } from 'sr-tensor/backend';
import { type ModelCard, readSafetensors } from 'sr-tensor/weights';
import { checkRecipe } from '../check-recipe.js';
import type { Recipe } from '../recipe.js';
import { checkSameRecipe } from '../same-recipe.js';
import { type TrainStep, type TrainStepsOptions, trainSteps } from '../train-steps.js';
import { writeAtomically } from './atomic-file.js';
import { claimFolder } from './folder-lock.js';
import { folderStore } from './folder-store.js';
import { RunRecord } from './run-record.js';
import { abortOnStopSignals, StopSignal } from './stop-signals.js';
import { type OpenTask, openTask } from './tasks.js';
import { TrainingRun, type TrainSummary } from './training-run.js';
import type { ValidationFolders } from './validation-pictures.js';

export interface TrainOptions {
  /** Folders or files of pictures to train on, searched with all folders below. */
  readonly data: string | readonly string[];
  /** The folder of the run: checkpoints, weights, log and report. Made if it does not exist. */
  readonly out: string;
  /** Low-resolution pictures paired by name with those of `data`; absent: made by MATLAB's bicubic. */
  readonly lr?: string;
  /** Label maps with the names of the pictures, or a file of COCO annotations, for recipes with `data.masks`. */
  readonly masks?: string;
  /** Go on where the run in `out` ended. Default false: a folder that holds a run is an error. */
  readonly resume?: boolean;
  /** Instead of the recipe's. */
  readonly steps?: number;
  /** Pictures to validate on; default: some of `data`, which are then not trained on. */
  readonly validation?: string | ValidationFolders;
  /** Default: the best there is. */
  readonly backend?: SelectBackendOptions['backend'];
  readonly threads?: number;
  /** When checkpoints are saved besides the end. Default: every ten minutes. */
  readonly checkpoint?: TrainStepsOptions['checkpoint'];
  /** Steps that a line of the log sums up. Default 20. */
  readonly logEvery?: number;
  /** What the card of the exported weights says. */
  readonly card?: Partial<Pick<ModelCard, 'name' | 'description' | 'license' | 'trainingData'>>;
  /** Whether SIGINT and SIGTERM save and stop (a second one ends the process). Default true. */
  readonly stopSignals?: boolean;
  /** Saves, then rejects with `aborted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: TrainStep) => void;
  readonly onValidation?: (validation: {
    iteration: number;
    scores: Readonly<Record<string, number>>;
    isBest: boolean;
  }) => void;
  /** Something a person should know: what was resumed, which pictures were left out. */
  readonly onMessage?: (text: string) => void;
}

/**
 * Trains a network by a recipe on pictures in folders.
 *
 * `out` then holds `recipe.json`, `checkpoints/` (the last two), `best.safetensors` and `last.safetensors` (averaged
 * weights with their card), `log.jsonl` and `report.html`. A run that was interrupted in any way resumes exactly.
 *
 * @throws `recipe/invalid` at once; when iterated or awaited: `train/exists` if `out` holds a run and `resume` is not
 *   set, `train/running` if another process trains there, `train/recipe-changed`, `train/not-finite`, `disk/full`, `data/...`, `picture/...`, `aborted`
 * @example
 * const run = train(recipes.compact({ scale: 4 }), { data: 'photos/', out: 'runs/compact', resume: true });
 * for await (const step of run) console.log(step.iteration, step.losses);
 * const model = await run.best();
 */
export function train(recipe: Recipe, options: TrainOptions): TrainingRun {
  const complete = checkRecipe(options.steps === undefined ? recipe : { ...recipe, steps: options.steps });
  let end: TrainSummary = { iteration: 0, steps: Number(complete.steps) || 0, finished: false, seconds: 0 };
  return new TrainingRun({
    steps: runSteps(complete, options, reached => {
      end = { ...end, ...reached };
    }),
    summary: () => ({ ...end, finished: end.iteration === end.steps }),
    loadBest: () => loadModel(complete, end.weights),
  });
}

async function* runSteps(
  recipe: Recipe,
  options: TrainOptions,
  onEnd: (end: Partial<TrainSummary>) => void,
): AsyncGenerator<TrainStep, void, void> {
  const { out, resume = false, signal, threads, onMessage } = options;
  await checkFolder(out, recipe, resume);
  const backend = await selectBackend({ backend: options.backend ?? 'auto', ...(threads && { threads }) });
  const store = folderStore(join(out, 'checkpoints'));
  const resumes = resume && (await store.list()).length > 0;
  const stop = new AbortController();
  const releaseSignals = options.stopSignals === false ? () => undefined : abortOnStopSignals(stop);
  let record: RunRecord | undefined;
  let task: OpenTask | undefined;
  let releaseFolder: (() => Promise<void>) | undefined;
  try {
    task = await openTask(recipe, { ...options, resumes });
    tellOf(task, onMessage);
    releaseFolder = await claimFolder(out);
    await writeAtomically(join(out, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
    const { training, source, validation } = task;
    const {
      steps,
      validation: { every },
    } = task.recipe;
    record = new RunRecord({ recipe, options, backend, task });
    const done = trainSteps({
      training,
      source,
      recipe,
      resume,
      steps: steps as number,
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      store,
      observer: record,
      ...(options.checkpoint && { checkpoint: options.checkpoint }),
      ...(options.logEvery && { logEvery: options.logEvery }),
      ...(validation && { validation: { every: every as number, run: validation.run, best: validation.best } }),
    });
    for await (const step of done) {
      options.onProgress?.(step);
      yield step;
    }
  } catch (error) {
    if (!stop.signal.aborted || !SrError.isInstance(error) || error.code !== 'aborted') throw error;
  } finally {
    releaseSignals();
    const { reason } = stop.signal;
    const steps = task?.recipe.steps as number | undefined;
    onEnd({
      ...record?.end,
      ...(steps !== undefined && { steps }),
      ...(reason instanceof StopSignal && { stoppedBy: reason.signal }),
    });
    task?.training.dispose();
    task?.validation?.dispose?.();
    await task?.source.close();
    await releaseFolder?.();
  }
}

function tellOf({ summary, source: { skipped } }: OpenTask, onMessage: TrainOptions['onMessage']): void {
  onMessage?.(summary);
  const [first] = skipped;
  if (first === undefined) return;
  onMessage?.(`${skipped.length} pictures are left out; the first: ${first.path}: ${first.reason}.`);
}

/**
 * Checks that `out` holds no run, or the one that is to be resumed.
 *
 * @throws `train/exists`, `train/recipe-changed`
 */
async function checkFolder(out: string, recipe: Recipe, resume: boolean): Promise<void> {
  const names: string[] = await readdir(out).catch(() => []);
  if (!resume && names.some(name => ['recipe.json', 'checkpoints', 'log.jsonl'].includes(name))) {
    throw new SrError({
      code: 'train/exists',
      message: `${out} holds a training already. Resume it (resume: true, --resume) or choose another folder.`,
    });
  }
  if (names.includes('recipe.json')) {
    checkSameRecipe(JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8')), recipe);
  }
}

async function loadModel(recipe: Recipe, path: string | undefined): Promise<Model> {
  if (path === undefined) {
    throw new SrError({ code: 'train/no-weights', message: 'The training ended before it had weights to export.' });
  }
  if (recipe.task !== 'super-resolution') {
    throw new SrError({
      code: 'train/no-upscaler',
      message: `The recipe "${recipe.name}" trains no network that enlarges: its weights lie in ${path}.`,
    });
  }
  const network = buildNetwork(recipe.network);
  const { tensors } = readSafetensors(await readFile(path));
  return { network, parameters: Parameters.fromWeights(network.parameters, tensors) };
}
