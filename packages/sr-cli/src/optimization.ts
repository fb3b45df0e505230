/** What `sr stylize`, `sr texture` and `sr invert` have in common: a picture that becomes better step by step. */
import { join } from 'node:path';
import { resizePicture } from 'sr-data';
import { readPicture, writePicture } from 'sr-data/node';
import { type FeatureEncoder, loadAlexNet, loadSqueezeNet, loadVgg16, loadVgg19 } from 'sr-features';
import type { Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import type { OptimizationStep } from 'style-transfer';
import { interruptible } from './interruptible.js';
import type { BackendChoice, JudgeName } from './options.js';
import { formatSeconds, print, printJson } from './output.js';
import { makeFolderOf, outputOf } from './outputs.js';
import { progressBar } from './progress.js';

/** Options that `addOptimizationOptions` declares, and the output. */
export interface OptimizationOptions {
  readonly output: string;
  readonly network?: JudgeName;
  readonly iterations?: number;
  readonly seed?: number;
  readonly preview?: string;
  readonly json?: boolean;
  readonly backend: BackendChoice;
}

const judges = { vgg19: loadVgg19, vgg16: loadVgg16, alex: loadAlexNet, squeeze: loadSqueezeNet };

/** The network of that name; the caller disposes it. Undefined: that of the preset. */
export function loadJudge(name: JudgeName | undefined, signal: AbortSignal): Promise<FeatureEncoder> | undefined {
  return name && judges[name]({ signal });
}

export interface Optimized {
  readonly picture: Picture;
  readonly iterations: number;
  /** What the picture before the last iteration cost. */
  readonly loss: number;
}

/**
 * Follows an optimisation to its end, with a bar.
 *
 * @param preview a folder: every tenth picture is written there, and the last one if the optimisation fails or is stopped
 */
export async function follow(
  steps: AsyncIterable<OptimizationStep>,
  { title, preview }: { title: string; preview: string | undefined },
): Promise<Optimized> {
  const bar = progressBar(title);
  const started = performance.now();
  let last: OptimizationStep | undefined;
  try {
    for await (const step of steps) {
      last = step;
      const { iteration, iterations, losses, picture } = step;
      const each = (performance.now() - started) / 1000 / iteration;
      bar.update((100 * iteration) / iterations, {
        secondsLeft: each * (iterations - iteration),
        text: `loss ${losses.total.toPrecision(4)}`,
      });
      if (preview !== undefined && iteration % previewEvery === 0) await writePreview(preview, iteration, picture);
    }
    const { picture, iteration, losses } = last!;
    return { picture, iterations: iteration, loss: losses.total };
  } catch (error) {
    bar.clear();
    if (preview !== undefined && last !== undefined) {
      const path = await writePreview(preview, last.iteration, last.picture);
      process.stderr.write(`The picture after ${last.iteration} iterations is kept: ${path}\n`);
    }
    throw error;
  } finally {
    bar.clear();
  }
}

/**
 * A command that makes one picture of another by optimisation: reads, follows the steps, writes, reports.
 *
 * @param details what `--json` tells beside the files, the size and the time
 */
export async function optimizeFile(
  input: string,
  options: OptimizationOptions,
  steps: (
    picture: Picture,
    encoder: FeatureEncoder | undefined,
    signal: AbortSignal,
  ) => AsyncIterable<OptimizationStep>,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { preview, json = false, network } = options;
  const output = await outputOf(input, options.output);
  const started = performance.now();
  const { picture, iterations, loss, backend } = await interruptible(async signal => {
    const source = await readPicture(input, { signal });
    const { backend } = await selectBackend({ backend: options.backend });
    const encoder = await loadJudge(network, signal);
    try {
      const optimized = await follow(steps(source, encoder, signal), { title: input, preview });
      await makeFolderOf(output);
      await writePicture(output, optimized.picture);
      return { ...optimized, backend };
    } finally {
      encoder?.dispose();
    }
  });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  const { width, height } = picture;
  if (json) printJson({ input, output, ...details, width, height, iterations, loss, backend, seconds });
  else print(`${output}: ${width} x ${height}, ${formatSeconds(seconds)} on ${backend} (${iterations} iterations)`);
}

/** The picture with the given longer side. */
export function fit(photo: Picture, size: number): Picture {
  const factor = size / Math.max(photo.width, photo.height);
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return resizePicture(photo, { width: side(photo.width), height: side(photo.height) }, { preset: 'pil' });
}

const previewEvery = 10;

async function writePreview(folder: string, iteration: number, picture: Picture): Promise<string> {
  const path = join(folder, `${String(iteration).padStart(5, '0')}.png`);
  await makeFolderOf(path);
  await writePicture(path, picture);
  return path;
}
