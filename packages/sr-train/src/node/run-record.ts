/** What a run leaves in its folder: the log, the weights with their card, the report. */
import { arch, cpus, platform } from 'node:os';
import { basename, join } from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { countParameters } from 'sr-tensor';
import type { BackendReport } from 'sr-tensor/backend';
import { type ModelCard, type WeightTensor, writeWeights } from 'sr-tensor/weights';
import type { Recipe } from '../recipe.js';
import type { TrainLogEntry, TrainObserver, TrainResult, Validated } from '../train-steps.js';
import { writeAtomically } from './atomic-file.js';
import { Journal } from './journal.js';
import { type ReportSample, renderReport } from './report.js';
import type { OpenTask, TaskScore } from './tasks.js';
import type { TrainOptions } from './train.js';
import type { TrainSummary } from './training-run.js';

interface RunRecordOptions {
  readonly recipe: Recipe;
  readonly options: TrainOptions;
  readonly backend: BackendReport;
  readonly task: OpenTask;
}

export type RunEnd = Omit<TrainSummary, 'steps' | 'finished' | 'stoppedBy'>;

export class RunRecord implements TrainObserver<TaskScore> {
  readonly #recipe: Recipe;
  readonly #options: TrainOptions;
  readonly #backend: BackendReport;
  readonly #task: OpenTask;
  #journal: Journal | undefined;
  #samples: readonly ReportSample[] = [];
  #end: RunEnd = { iteration: 0, seconds: 0 };

  constructor({ recipe, options, backend, task }: RunRecordOptions) {
    this.#recipe = recipe;
    this.#options = options;
    this.#backend = backend;
    this.#task = task;
  }

  async onStart({ iteration, best, skipped }: Parameters<NonNullable<TrainObserver['onStart']>>[0]): Promise<void> {
    const { out, resume, onMessage } = this.#options;
    for (const text of skipped) onMessage?.(text);
    if (iteration > 0) onMessage?.(`Resumed after step ${iteration} of ${this.#task.recipe.steps}.`);
    else if (resume) onMessage?.(`${out} holds no checkpoint: training begins anew.`);
    this.#journal = await Journal.open(this.#path('log.jsonl'), iteration);
    // A later one may lie there, of steps that are now done again.
    if (best !== undefined) await this.#export('best', best.weights, best);
  }

  async onLog(entry: TrainLogEntry): Promise<void> {
    await this.#journal!.add({ type: 'train', ...entry });
  }

  async onValidation({ iteration, score, isBest, weights, seconds }: Validated<TaskScore>): Promise<void> {
    const { scores } = score;
    const pictures = Object.fromEntries((score.pictures ?? []).map(picture => [picture.name, picture.scores]));
    await this.#journal!.add({ type: 'validation', iteration, scores, pictures, isBest, seconds });
    if (isBest) await this.#export('best', weights, { iteration, scores });
    this.#samples = (await this.#task.validation?.samples?.(score)) ?? [];
    await this.#writeReport();
    this.#options.onValidation?.({ iteration, scores, isBest });
  }

  async onEnd({ iteration, best, seconds }: TrainResult): Promise<void> {
    const averaged = this.#task.training.averaged();
    const weights = await averaged.toWeights();
    averaged.dispose();
    const validated = this.#journal!.entries.findLast(entry => entry.type === 'validation');
    await this.#export('last', weights, {
      iteration,
      ...(validated?.iteration === iteration && { scores: validated.scores }),
    });
    this.#end = {
      iteration,
      seconds,
      weights: this.#path(best === undefined ? 'last.safetensors' : 'best.safetensors'),
      report: await this.#writeReport(),
      ...(best && { best: { iteration: best.iteration, scores: best.scores } }),
    };
  }

  /** How the run ended. */
  get end(): RunEnd {
    return this.#end;
  }

  async #export(
    name: 'best' | 'last',
    weights: ReadonlyMap<string, WeightTensor>,
    { iteration, scores = {} }: { iteration: number; scores?: Readonly<Record<string, number>> },
  ): Promise<void> {
    const bytes = await writeWeights(weights, { card: this.#card(iteration, scores) });
    await writeAtomically(this.#path(`${name}.safetensors`), bytes);
  }

  async #writeReport(): Promise<string> {
    const path = this.#path('report.html');
    const content = { recipe: this.#task.recipe, entries: this.#journal!.entries, samples: this.#samples };
    await writeAtomically(path, await renderReport({ ...content, machine: this.#machine() }));
    return path;
  }

  #path(name: string): string {
    return join(this.#options.out, name);
  }

  #machine(): { hardware: string; software: string } {
    const [cpu] = cpus();
    return {
      hardware: `${cpu?.model.trim() || 'CPU'}, ${cpus().length} cores`,
      software: `${this.#backend.device}; tfjs ${tfjsVersion}; Node ${process.versions.node}; ${platform()} ${arch()}`,
    };
  }

  #card(iteration: number, scores: Readonly<Record<string, number>>): ModelCard {
    const { data, card } = this.#options;
    const { name, network: _network, init, validation: _, steps, seed, emaDecay, ...others } = this.#recipe;
    const pictures = 'style' in others ? ([others.style ?? []].flat() as string[]) : [];
    const { network } = this.#task.training;
    const { scale = 1 } = network;
    const entries = this.#journal?.entries ?? [];
    return {
      name,
      description: `${network.name}${scale === 1 ? '' : ` x${scale}`}, trained by the recipe "${name}".`,
      license: 'not stated',
      trainingData: [data]
        .flat()
        .map(path => basename(path as string))
        .join(', '),
      ...card,
      network: { name: network.name, config: network.config },
      scale,
      parameters: countParameters(network),
      training: {
        recipe: name,
        ...(init && {
          init: `${basename(init.weights)}${init.partial ? ', in part' : ''}${init.widen ? ', widened' : ''}`,
        }),
        ...described(others),
        ...(pictures.length > 0 && { style: pictures.map(path => basename(path)).join(', ') }),
        emaDecay,
        seed,
        steps,
        iteration,
        seconds: Math.round(entries.at(-1)?.seconds ?? 0),
        ...this.#machine(),
      },
      results: Object.keys(scores).length === 0 ? {} : { validation: scores },
    };
  }
}

/** What a card says of a recipe: texts and numbers; what is not used is left out. */
function described(fields: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null && value !== '' && JSON.stringify(value) !== '{}')
      .map(([key, value]) => [key, ['string', 'number'].includes(typeof value) ? value : JSON.stringify(value)]),
  );
}
