/** Which network a command uses: the trained ones of sr-weights by name, weight files by path. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import {
  interpolateWeights,
  loadModel,
  loadUpscaler,
  nearest,
  recognizeNetwork,
  type Upscaler,
  type WeightModule,
} from 'sr-models';
import { loadNetwork } from 'sr-models/node';
import { type Model, SrError } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { type ModelCard, readCard, type WeightFile } from 'sr-tensor/weights';
import { findWeights, readWeightFile } from 'sr-tensor/weights/node';
import type { BackendChoice } from './options.js';

export interface ModelChoice {
  /** A name or a file; absent: the small one of the scale. */
  readonly model?: string | undefined;
  readonly scale?: number | undefined;
  /**
   * The share of the perceptual form's weights, the rest being those of the network for fidelity. Of a network for fidelity
   * that form is taken which is nearest to the originals: the lowest LPIPS (AlexNet), the mean over the sets of the card.
   */
  readonly perceptual?: number | undefined;
  readonly backend: BackendChoice;
  readonly tile?: number | undefined;
  readonly workers?: number | undefined;
}

/** An upscaler, and how results call its model. */
export interface OpenUpscaler {
  readonly upscaler: Upscaler;
  readonly name: string;
}

/** The enlargement where none is asked for. */
const DEFAULT_SCALE = 4;

/** How modules of sr-weights are called whose network enlarges, and whose paints; others hold feature extractors. */
const enlarges = /^x\d/;
const stylePrefix = 'style-';

/** The names of the trained networks that are installed and enlarge: a module of sr-weights each. */
export function shippedNames(): string[] {
  return moduleNames().filter(name => enlarges.test(name));
}

/** The names of the trained styles that are installed. */
export function shippedStyles(): string[] {
  return moduleNames()
    .filter(name => name.startsWith(stylePrefix))
    .map(name => name.slice(stylePrefix.length));
}

/** One of them. */
export function shippedStyle(name: string): Promise<WeightModule> {
  return shippedModel(`${stylePrefix}${name}`);
}

function moduleNames(): string[] {
  const { exports } = createRequire(import.meta.url)('sr-weights/package.json') as { exports: object };
  return Object.keys(exports).map(path => path.slice('./'.length));
}

export async function shippedModel(name: string): Promise<WeightModule> {
  const module = (await import(`sr-weights/${name}`)) as { default: WeightModule };
  return module.default;
}

/**
 * Loads what `--model` and `--scale` ask for.
 *
 * @throws `model/unknown` with the names there are, `model/scale`, `model/perceptual`, and what reading and loading weights
 *   throws
 */
export async function openUpscaler(choice: ModelChoice, signal: AbortSignal): Promise<OpenUpscaler> {
  const opened = await open(choice, signal);
  const { scale } = opened.upscaler;
  if (choice.scale === undefined || choice.scale === scale) return opened;
  opened.upscaler.dispose();
  throw new SrError({
    code: 'model/scale',
    message: `The model ${opened.name} enlarges ${scale} times; expected ${choice.scale} (--scale).`,
  });
}

async function open(choice: ModelChoice, signal: AbortSignal): Promise<OpenUpscaler> {
  const { model, scale = DEFAULT_SCALE, perceptual, backend, tile, workers } = choice;
  const options = { backend, tile, workers, signal };
  const source = model === undefined ? await shippedModelOf(scale) : await findModel(model);
  if (perceptual !== undefined) {
    const [fidelity, form] = await formsOf(source);
    const between = await interpolateWeights(fidelity, form, perceptual, { signal });
    return { upscaler: await loadUpscaler(between, options), name: readCard(between)!.name };
  }
  if (typeof source !== 'string') {
    return { upscaler: await loadUpscaler(source, options), name: source.card.name };
  }
  const file = await readWeightFile(source);
  const card = readCard(file);
  if (card !== undefined) {
    return { upscaler: await loadUpscaler(await readFile(source), options), name: card.name };
  }
  await selectBackend({ backend });
  const weights = await loadWithoutCard(source, file, scale);
  return { upscaler: await loadUpscaler(weights, { tile, workers, signal }), name: basename(source) };
}

/** One that comes along, or the path of a weight file. */
async function findModel(model: string): Promise<WeightModule | string> {
  return shippedNames().includes(model) ? shippedModel(model) : findModelFile(model);
}

/** Weights as PyTorch writes them: in the network that they fit, else tried in that of the shipped models. */
async function loadWithoutCard(path: string, { tensors }: WeightFile, scale: number): Promise<Model> {
  const network = recognizeNetwork(tensors, { scale })?.name ?? 'compact';
  return loadNetwork(network, path, { config: { scale } }).catch((cause: unknown) => {
    if (!SrError.isInstance(cause)) throw cause;
    const message = `${path} has no model card and was tried as the network compact x${scale}: ${cause.message}`;
    throw new SrError({ code: cause.code, message, cause });
  });
}

/** What names a network and its weights. */
export interface NetworkChoice {
  /** A name that comes along, or a file. */
  readonly model: string;
  /** Of a file without a model card: the family; absent: the one that it fits. */
  readonly network?: string | undefined;
  /** What of the family's config differs from its defaults. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly scale?: number | undefined;
}

/**
 * The network with its weights, on the current backend; the caller disposes the parameters.
 *
 * @throws `model/unknown` with the names there are, and what reading and loading weights throws
 */
export async function openModel({ model, network, config, scale }: NetworkChoice): Promise<Model> {
  const source = await findModel(model);
  if (typeof source !== 'string') return loadModel(source);
  if (network !== undefined) {
    return loadNetwork(network, source, { config: { ...config, ...(scale !== undefined && { scale }) } });
  }
  const file = await readWeightFile(source);
  if (readCard(file) !== undefined) return loadModel(await readFile(source));
  return loadWithoutCard(source, file, scale ?? DEFAULT_SCALE);
}

/** What enlarges so many times where no model is named. */
function defaultName(scale: number): string {
  return `x${scale}-small`;
}

/**
 * What `--perceptual` goes between: a perceptual form and the network for fidelity that its card names, or a network for
 * fidelity and the form of it that is nearest to the originals.
 *
 * @param source one that comes along, or the path of a perceptual form
 * @throws `model/perceptual`
 */
async function formsOf(
  source: WeightModule | string,
): Promise<[fidelity: WeightModule, perceptual: WeightModule | Uint8Array]> {
  if (typeof source === 'string') return [await fidelityOfFile(source), await readFile(source)];
  const { name, fidelity } = source.card;
  if (fidelity !== undefined) return [await shippedModel(fidelity), source];
  const forms = (await shippedModels()).filter(({ card }) => card.fidelity !== undefined);
  const [form] = forms.filter(({ card }) => card.fidelity === name).sort((a, b) => lpipsOf(a.card) - lpipsOf(b.card));
  if (form !== undefined) return [source, form];
  throw new SrError({
    code: 'model/perceptual',
    message: `"${name}" has no perceptual form among the models that come along, which --perceptual needs; there are ${forms.map(({ card }) => card.name).join(', ')}. Weights of your own: interpolateWeights of sr-models.`,
  });
}

/** LPIPS (AlexNet), the mean over the card's data sets; Infinity where it was not measured. */
function lpipsOf({ results }: ModelCard): number {
  const values = Object.values(results).flatMap(metrics => metrics['lpips-alex'] ?? []);
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The network for fidelity that the card of a weight file names. */
async function fidelityOfFile(path: string): Promise<WeightModule> {
  const card = readCard(await readWeightFile(path));
  if (card?.fidelity !== undefined && shippedNames().includes(card.fidelity)) return shippedModel(card.fidelity);
  const found = card === undefined ? 'it has no card' : `its card names ${card.fidelity ?? 'none'}`;
  throw new SrError({
    code: 'model/perceptual',
    message: `${path} needs a model card whose "fidelity" names the network that --perceptual begins with, one that comes along; ${found}. Weights of your own: interpolateWeights of sr-models.`,
  });
}

/** All of them that enlarge. */
export function shippedModels(): Promise<WeightModule[]> {
  return Promise.all(shippedNames().map(shippedModel));
}

/** @throws `model/scale` */
async function shippedModelOf(scale: number): Promise<WeightModule> {
  if (shippedNames().includes(defaultName(scale))) return shippedModel(defaultName(scale));
  const models = await shippedModels();
  const scales = [...new Set(models.map(({ card }) => card.scale))].sort().join(', ');
  throw new SrError({
    code: 'model/scale',
    message: `No model that comes along enlarges ${scale} times; there are some for ${scales}. Name another by --model.`,
  });
}

/** A weight file at the path, or of that name in the folders of SR_WEIGHTS_DIR or the cache. */
async function findModelFile(model: string): Promise<string> {
  try {
    return await findWeights({ fileName: model });
  } catch (error) {
    // What looks like a file is missed as a file.
    if (/[/\\]|\.(safetensors|pth|pt)$/.test(model)) throw error;
    const names = shippedNames();
    throw new SrError({
      code: 'model/unknown',
      message: `There is no model "${model}"; there are ${names.join(', ')}. Did you mean "${nearest(model, names)}"? A weight file of your own is named by its path.`,
      cause: error,
    });
  }
}
