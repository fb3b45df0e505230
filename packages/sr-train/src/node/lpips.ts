/** LPIPS's linear layers from folders of BAPPS. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lpips, scoreTwoAfc, type TwoAfcTriplet } from 'sr-metrics';
import { openTwoAfc } from 'sr-metrics/node';
import { Random, SrError } from 'sr-tensor';
import { buildLpipsTraining, layersOfLpips } from '../lpips/build-lpips-training.js';
import type { LpipsRecipe } from '../lpips/lpips-recipe.js';
import { type LpipsTraining, linearOf } from '../lpips/lpips-training.js';
import { inSteps } from '../phases.js';
import type { SampleSource } from '../train-steps.js';
import type { TrainedNetwork } from '../training.js';
import { loadRecipeEncoder } from './load-encoders.js';
import type { OpenTask, TaskScore } from './tasks.js';
import type { TrainOptions } from './train.js';

type Read = () => Promise<TwoAfcTriplet>;

type OpenLpips = Omit<OpenTask<TaskScore, TrainedNetwork>, 'training' | 'source'> & {
  readonly training: LpipsTraining;
  readonly source: SampleSource<readonly TwoAfcTriplet[]>;
};

/**
 * Opens the training of linear layers.
 *
 * `data` are sets (folders with `ref`, `p0`, `p1` and `judge`), or folders of sets: `dataset/2afc/train`; `validation` too.
 * Without that, some triplets are kept out of the training.
 *
 * @throws `bapps/layout`, `train/encoder`, `recipe/invalid` for an encoder without layers of LPIPS
 */
export async function openLpips(
  asked: LpipsRecipe,
  { data, validation, signal }: Pick<TrainOptions, 'data' | 'validation' | 'signal'>,
): Promise<OpenLpips> {
  if (typeof validation === 'object') throw invalid('LPIPS is validated on triplets: expected the path of a folder.');
  const { training, heldOut } = await openTriplets(asked, { data, validation });
  const source = new TripletSource(training, { batchSize: asked.data.batchSize, seed: asked.seed });
  const recipe = inSteps(asked, asked.data.epoch ?? source.stepsPerEpoch);
  const layers = layersOfLpips(recipe.encoder);
  const encoder = await loadRecipeEncoder('encoder', recipe.encoder, { layers, signal });
  return {
    training: buildLpipsTraining(recipe, { encoder }),
    source,
    recipe,
    summary: `Training on ${training.length} triplets, validating on ${heldOut.length} others.`,
    ...(heldOut.length > 0 && {
      validation: {
        best: { name: '2afc', direction: 'higher' },
        async run({ parameters }) {
          const metric = lpips({ encoder, layers, linear: await linearOf(parameters) });
          const { score } = await scoreTwoAfc(readAll(heldOut), metric, signal ? { signal } : {});
          return { scores: { '2afc': score } };
        },
      },
    }),
  };
}

/** The triplets to train on and those to validate on. */
async function openTriplets(
  { data: { patchSize }, validation: { heldOut: count }, seed }: LpipsRecipe,
  { data, validation }: { data: TrainOptions['data']; validation: string | undefined },
): Promise<{ training: Read[]; heldOut: Read[] }> {
  const size = [patchSize].flat()[0]!;
  const all = await readsOf(data, size);
  if (validation !== undefined) return { training: all, heldOut: await readsOf(validation, size) };
  const order = new Random(seed).permutation(all.length).map(i => all[i]!);
  // Never more than a tenth.
  const kept = Math.min(count, Math.floor(all.length / 10));
  return { training: order.slice(kept), heldOut: order.slice(0, kept) };
}

async function readsOf(folders: string | readonly string[], size: number): Promise<Read[]> {
  const sets = (await Promise.all(([folders].flat() as string[]).map(setsIn))).flat();
  const opened = await Promise.all(sets.map(set => openTwoAfc(set, { size })));
  return opened.flatMap(set => Array.from({ length: set.length }, (_, i) => () => set.read(i)));
}

/** A set itself, or all the sets in a folder. */
async function setsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
  // Whatever is no folder of sets is opened as one set, which says what is missing.
  if (folders.includes('judge') || folders.length === 0) return [folder];
  return folders.sort().map(name => join(folder, name));
}

async function* readAll(reads: readonly Read[]): AsyncGenerator<TwoAfcTriplet> {
  for (const read of reads) yield await read();
}

/** Batches of triplets, each of which comes once an epoch; the order depends on seed and epoch alone. */
class TripletSource implements SampleSource<readonly TwoAfcTriplet[]> {
  readonly #reads: readonly Read[];
  readonly #batchSize: number;
  readonly #seed: number;
  #order: { epoch: number; indices: readonly number[] } = { epoch: -1, indices: [] };
  #batch = 0;
  readonly skipped: readonly [] = [];

  constructor(reads: readonly Read[], { batchSize, seed }: { batchSize: number; seed: number }) {
    this.#reads = reads;
    this.#batchSize = batchSize;
    this.#seed = seed;
  }

  get pictures(): number {
    return this.#reads.length;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#reads.length / this.#batchSize);
  }

  async next(): Promise<TwoAfcTriplet[]> {
    const epoch = Math.floor(this.#batch / this.stepsPerEpoch);
    if (epoch !== this.#order.epoch) {
      // An order takes as many numbers as there are triplets: far apart, they are others each time.
      const random = new Random({ seed: this.#seed, position: (epoch + 1) * 2 ** 32 });
      this.#order = { epoch, indices: random.permutation(this.#reads.length) };
    }
    const start = (this.#batch % this.stepsPerEpoch) * this.#batchSize;
    const indices = this.#order.indices.slice(start, start + this.#batchSize);
    const triplets = await Promise.all(indices.map(i => this.#reads[i]!()));
    this.#batch++;
    return triplets;
  }

  state(): { batch: number } {
    return { batch: this.#batch };
  }

  restore(state: unknown): void {
    this.#batch = (state as { batch: number }).batch;
  }

  async close(): Promise<void> {}
}

function invalid(message: string): SrError {
  return new SrError({ code: 'recipe/invalid', message: `Recipe: ${message}` });
}
