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
import { readCard, type WeightFile } from 'sr-tensor/weights';
import { findWeights, readWeightFile } from 'sr-tensor/weights/node';
import type { BackendChoice } from './options.js';

export interface ModelChoice {
  /** A name or a file; absent: the small one of the scale. */
  readonly model?: string | undefined;
  readonly scale?: number | undefined;
  /** The share of the perceptual form's weights, the rest being those of the form for fidelity. */
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
  if (perceptual !== undefined) {
    const [fidelity, form] = await formsOf(model ?? defaultName(scale));
    const between = await interpolateWeights(fidelity, form, perceptual, { signal });
    return { upscaler: await loadUpscaler(between, options), name: readCard(between)!.name };
  }
  if (model === undefined) {
    const shipped = await shippedModelOf(scale);
    return { upscaler: await loadUpscaler(shipped, options), name: shipped.card.name };
  }
  if (shippedNames().includes(model)) {
    return { upscaler: await loadUpscaler(await shippedModel(model), options), name: model };
  }
  const path = await findModelFile(model);
  const file = await readWeightFile(path);
  const card = readCard(file);
  if (card !== undefined) {
    return { upscaler: await loadUpscaler(await readFile(path), options), name: card.name };
  }
  await selectBackend({ backend });
  const weights = await loadWithoutCard(path, file, scale);
  return { upscaler: await loadUpscaler(weights, { tile, workers, signal }), name: basename(path) };
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
  if (shippedNames().includes(model)) return loadModel(await shippedModel(model));
  const path = await findModelFile(model);
  if (network !== undefined) {
    return loadNetwork(network, path, { config: { ...config, ...(scale !== undefined && { scale }) } });
  }
  const file = await readWeightFile(path);
  if (readCard(file) !== undefined) return loadModel(await readFile(path));
  return loadWithoutCard(path, file, scale ?? DEFAULT_SCALE);
}

/** What enlarges so many times where no model is named. */
function defaultName(scale: number): string {
  return `x${scale}-small`;
}

/**
 * The network for fidelity and the perceptual one whose weights `--perceptual` goes between: where one of the first kind is
 * named, the first perceptual form of it.
 *
 * @throws `model/perceptual`
 */
async function formsOf(name: string): Promise<[fidelity: WeightModule, perceptual: WeightModule]> {
  const models = await shippedModels();
  const named = (other: string): WeightModule | undefined => models.find(({ card }) => card.name === other);
  const form = models.find(({ card }) => card.fidelity !== undefined && [card.name, card.fidelity].includes(name));
  const fidelity = form && named(form.card.fidelity!);
  if (form !== undefined && fidelity !== undefined) return [fidelity, form];
  const forms = models.filter(({ card }) => card.fidelity !== undefined).map(({ card }) => card.name);
  throw new SrError({
    code: 'model/perceptual',
    message: `"${name}" has no perceptual form among the models that come along, which --perceptual needs; there are ${forms.join(', ')}. Weights of your own: interpolateWeights of sr-models.`,
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
