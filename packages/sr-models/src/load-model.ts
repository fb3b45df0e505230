/** A network with trained weights, from wherever they come. */
import { type Model, type Network, Parameters, SrError } from 'sr-tensor';
import {
  hashTensorData,
  type ModelCard,
  readCard,
  readUrl,
  readWeights,
  type WeightFile,
  type WeightTensor,
} from 'sr-tensor/weights';
import { buildNetwork } from './build-network.js';

/** What a module of `sr-weights` gives: the card, and where the weights lie. */
export interface WeightModule {
  readonly card: ModelCard;
  readonly url: URL | string;
}

/** A model that knows where its weights come from. */
export interface LoadedModel extends Model {
  readonly card: ModelCard;
}

/**
 * Builds the network that a model card describes and fills it with the weights of its file.
 *
 * The parameters live on the current backend; dispose them with `model.parameters.dispose()`.
 *
 * @param source a module of `sr-weights`, the bytes of a safetensors file with a card, or what was read from one
 * @throws `weights/no-card` for a file without a card, `weights/hash` if the tensor data are not those of the card,
 *   `weights/corrupt`, `weights/missing`, `weights/shape` or `weights/unexpected` for a file that does not fit,
 *   `network/unknown`, `network/config`, `fetch/failed`
 * @example
 * import small from 'sr-weights/x4-small';
 * const { network, parameters, card } = await loadModel(small);
 */
export async function loadModel(
  source: WeightModule | Uint8Array | WeightFile,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<LoadedModel> {
  return modelOf(await readModel(source, signal));
}

/** Weights that are not on a backend yet, with the network that they are of. */
export interface ModelData {
  readonly network: Network;
  readonly weights: ReadonlyMap<string, WeightTensor>;
  readonly card: ModelCard;
}

/** What `loadModel` loads, as plain data; throws as that does but for weights that do not fit. */
export async function readModel(
  source: WeightModule | Uint8Array | WeightFile,
  signal: AbortSignal | undefined,
): Promise<ModelData> {
  if ('tensors' in source) return dataOf(source, cardOf(source));
  const bytes = source instanceof Uint8Array ? source : await readUrl(new URL(source.url), signal);
  const file = readWeights(bytes);
  const card = source instanceof Uint8Array ? cardOf(file) : source.card;
  if (card.sha256 !== undefined && card.sha256 !== (await hashTensorData(bytes))) {
    throw new SrError({
      code: 'weights/hash',
      message: `The weights of "${card.name}" are not those of its model card: their SHA-256 differs. The file was changed or damaged.`,
    });
  }
  return dataOf(file, card);
}

function modelOf({ network, weights, card }: ModelData): LoadedModel {
  return { network, parameters: Parameters.fromWeights(network.parameters, weights), card };
}

function dataOf({ tensors }: WeightFile, card: ModelCard): ModelData {
  return { network: buildNetwork(card.network), weights: tensors, card };
}

function cardOf(file: WeightFile): ModelCard {
  const card = readCard(file);
  if (card !== undefined) return card;
  throw new SrError({
    code: 'weights/no-card',
    message:
      'The weights come without a model card, so that their network is not known. Use loadNetwork(name, path) of sr-models/node, which is told the network.',
  });
}
