/** What a run leaves in its folder: the log, the weights with their card, the report. */
import { arch, cpus, platform } from 'node:os';
import { basename, join } from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { buildNetwork } from 'sr-models';
import { countParameters } from 'sr-tensor';
import type { BackendReport } from 'sr-tensor/backend';
import { type ModelCard, type WeightTensor, writeWeights } from 'sr-tensor/weights';
import type { Recipe } from '../recipe.js';
import type { TrainLogEntry, TrainObserver, TrainResult, Validated } from '../train-steps.js';
import type { Trainer } from '../trainer.js';
import type { PictureScores, ValidationPair } from '../validation.js';
import { writeAtomically } from './atomic-file.js';
import { Journal } from './journal.js';
import { type ReportSample, renderReport, reportSamples } from './report.js';
import type { TrainOptions } from './train.js';
import type { TrainSummary } from './training-run.js';

interface RunRecordOptions {
  readonly recipe: Recipe;
  readonly options: TrainOptions;
  readonly backend: BackendReport;
  readonly trainer: Trainer;
  /** What is validated on. */
  readonly pairs: readonly ValidationPair[];
}

export type RunEnd = Omit<TrainSummary, 'steps' | 'finished' | 'stoppedBy'>;

export class RunRecord implements TrainObserver<PictureScores> {
  readonly #recipe: Recipe;
  readonly #options: TrainOptions;
  readonly #backend: BackendReport;
  readonly #trainer: Trainer;
  readonly #pairs: readonly ValidationPair[];
  #journal: Journal | undefined;
  #samples: readonly ReportSample[] = [];
  #end: RunEnd = { iteration: 0, seconds: 0 };

  constructor({ recipe, options, backend, trainer, pairs }: RunRecordOptions) {
    this.#recipe = recipe;
    this.#options = options;
    this.#backend = backend;
    this.#trainer = trainer;
    this.#pairs = pairs;
  }

  async onStart({ iteration, best, skipped }: Parameters<NonNullable<TrainObserver['onStart']>>[0]): Promise<void> {
    const { out, resume, onMessage } = this.#options;
    for (const text of skipped) onMessage?.(text);
    if (iteration > 0) onMessage?.(`Resumed after step ${iteration} of ${this.#recipe.steps}.`);
    else if (resume) onMessage?.(`${out} holds no checkpoint: training begins anew.`);
    this.#journal = await Journal.open(this.#path('log.jsonl'), iteration);
    // A later one may lie there, of steps that are now done again.
    if (best !== undefined) await this.#export('best', best.weights, best);
  }

  async onLog(entry: TrainLogEntry): Promise<void> {
    await this.#journal!.add({ type: 'train', ...entry });
  }

  async onValidation({ iteration, score, isBest, weights, seconds }: Validated<PictureScores>): Promise<void> {
    const { psnr } = score;
    const pictures = Object.fromEntries(score.pictures.map(picture => [picture.name, picture.psnr]));
    await this.#journal!.add({ type: 'validation', iteration, psnr, pictures, isBest, seconds });
    if (isBest) await this.#export('best', weights, { iteration, psnr });
    this.#samples = await reportSamples(this.#pairs, score, this.#trainer.network.scale);
    await this.#writeReport();
    this.#options.onValidation?.({ iteration, psnr, isBest });
  }

  async onEnd({ iteration, best, seconds }: TrainResult): Promise<void> {
    const averaged = this.#trainer.averaged();
    const weights = await averaged.toWeights();
    averaged.dispose();
    const validated = this.#journal!.entries.findLast(entry => entry.type === 'validation');
    await this.#export('last', weights, {
      iteration,
      ...(validated?.iteration === iteration && { psnr: validated.psnr }),
    });
    this.#end = {
      iteration,
      seconds,
      weights: this.#path(best === undefined ? 'last.safetensors' : 'best.safetensors'),
      report: await this.#writeReport(),
      ...(best && { best: { iteration: best.iteration, psnr: best.psnr } }),
    };
  }

  /** How the run ended. */
  get end(): RunEnd {
    return this.#end;
  }

  async #export(
    name: 'best' | 'last',
    weights: ReadonlyMap<string, WeightTensor>,
    { iteration, psnr }: { iteration: number; psnr?: number },
  ): Promise<void> {
    const bytes = await writeWeights(weights, { card: this.#card(iteration, psnr) });
    await writeAtomically(this.#path(`${name}.safetensors`), bytes);
  }

  async #writeReport(): Promise<string> {
    const path = this.#path('report.html');
    const content = { recipe: this.#recipe, entries: this.#journal!.entries, samples: this.#samples };
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

  #card(iteration: number, psnr: number | undefined): ModelCard {
    const { data, card } = this.#options;
    const { name, network: description, init, losses, optimizer, schedule, steps, seed, emaDecay } = this.#recipe;
    const network = buildNetwork(description);
    const entries = this.#journal?.entries ?? [];
    return {
      name,
      description: `${network.name} x${network.scale}, trained by the recipe "${name}".`,
      license: 'not stated',
      trainingData: [data]
        .flat()
        .map(path => basename(path as string))
        .join(', '),
      ...card,
      network: { name: network.name, config: network.config },
      scale: network.scale,
      parameters: countParameters(network),
      training: {
        recipe: name,
        ...(init && { init: `${basename(init.weights)}${init.partial ? ', in part' : ''}` }),
        losses: JSON.stringify(losses),
        optimizer: JSON.stringify(optimizer),
        schedule: JSON.stringify(schedule),
        data: JSON.stringify(this.#recipe.data),
        emaDecay,
        seed,
        steps,
        iteration,
        seconds: Math.round(entries.at(-1)?.seconds ?? 0),
        ...this.#machine(),
      },
      results: psnr === undefined ? {} : { validation: { psnr } },
    };
  }
}
