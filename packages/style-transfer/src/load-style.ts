/** A trained style from wherever it comes. */
import { type Model, Parameters, SrError } from 'sr-tensor';
import {
  hashTensorData,
  type ModelCard,
  readCard,
  readUrl,
  readWeights,
  type WeightFile,
  type WeightTensor,
} from 'sr-tensor/weights';
import { type StyleNetwork, type StyleNetworkConfig, styleNetwork } from './network/style-network.js';

/** What a module of `sr-weights` gives: the card, and where the weights lie. */
export interface StyleModule {
  readonly card: ModelCard;
  readonly url: URL | string;
}

/** Where a style can come from. */
export type StyleSource = StyleModule | Uint8Array | WeightFile;

/** A style network with its weights; they live on the current backend until `dispose`. */
export interface Style extends Model {
  readonly network: StyleNetwork;
  /** What is known of its training; undefined for files that do not say. */
  readonly card: ModelCard | undefined;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Loads a style: a module of `sr-weights`, the bytes of a safetensors or PyTorch file, or what was read from one.
 *
 * Files with a model card say which network they are of. Files without one are taken for checkpoints of PyTorch's example
 * `fast_neural_style`, of any width and number of blocks; the running statistics that old ones hold are left out.
 *
 * @throws `style/weights` for a file that is neither, `weights/hash`, `weights/corrupt`, `weights/missing`, `weights/shape` or
 *   `weights/unexpected` for one that does not fit, `network/config`, `fetch/failed`, `aborted`
 * @example
 * const style = await loadStyle(await readFile('candy.pth'));
 * const picture = await stylize(photo, style);
 * style.dispose();
 */
export async function loadStyle(source: StyleSource, { signal }: { signal?: AbortSignal } = {}): Promise<Style> {
  if ('tensors' in source) return styleOf(source, readCard(source));
  const bytes = source instanceof Uint8Array ? source : await readUrl(new URL(source.url), signal);
  const file = readWeights(bytes);
  const card = source instanceof Uint8Array ? readCard(file) : source.card;
  if (card?.sha256 !== undefined && card.sha256 !== (await hashTensorData(bytes))) {
    throw new SrError({
      code: 'weights/hash',
      message: `The weights of "${card.name}" are not those of its model card: their SHA-256 differs. The file was changed or damaged.`,
    });
  }
  return styleOf(file, card);
}

function styleOf({ tensors }: WeightFile, card: ModelCard | undefined): Style {
  const known = card === undefined ? adapted(tensors) : tensors;
  const network = card === undefined ? styleNetwork(recognized(known)) : described(card);
  const parameters = Parameters.fromWeights(network.parameters, known);
  const dispose = (): void => parameters.dispose();
  return { network, parameters, card, dispose, [Symbol.dispose]: dispose };
}

function described({ name, network }: ModelCard): StyleNetwork {
  if (network.name === 'style') return styleNetwork(network.config as StyleNetworkConfig);
  throw new SrError({
    code: 'style/weights',
    message: `"${name}" is a network "${network.name}", no style. loadUpscaler of sr-models enlarges with it.`,
  });
}

/** Names as PyTorch's example has them: DataParallel's prefix and the statistics of old instance norms taken off. */
function adapted(tensors: ReadonlyMap<string, WeightTensor>): Map<string, WeightTensor> {
  return new Map(
    [...tensors]
      .map(([name, tensor]): [string, WeightTensor] => [name.replace(/^module\./, ''), tensor])
      .filter(([name]) => !/in\d+\.(running_(mean|var)|num_batches_tracked)$/.test(name)),
  );
}

function recognized(tensors: ReadonlyMap<string, WeightTensor>): { preset: 'pytorch-examples' } & StyleNetworkConfig {
  const channels = tensors.get('conv1.conv2d.weight')?.shape[0];
  if (channels === undefined) {
    const names = [...tensors.keys()].slice(0, 3).join(', ');
    throw new SrError({
      code: 'style/weights',
      message: `expected a file with a model card or a checkpoint of PyTorch's fast_neural_style, received tensors such as ${names}.`,
    });
  }
  const blocks = [...tensors.keys()].filter(name => /^res\d+\.conv1\.conv2d\.weight$/.test(name)).length;
  return { preset: 'pytorch-examples', channels, blocks };
}
