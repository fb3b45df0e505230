/** Published weight files of a named network, from a path. */
import { readFile } from 'node:fs/promises';
import { type Model, Parameters } from 'sr-tensor';
import { readWeightFile } from 'sr-tensor/weights/node';
import { adaptWeights } from './adapt-weights.js';
import { buildNetwork } from './build-network.js';
import { fsrcnnWeights, readFrozenGraph } from './frozen-graph.js';

export interface LoadNetworkOptions {
  /** What of the network's config differs from its defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Loads a network from a file of PyTorch (`.pth`) or safetensors, with the names of its reference implementation or of others
 * that are known (`adaptWeights`); an `fsrcnn` from the frozen graphs of Saafke/FSRCNN_Tensorflow (`.pb`) as well.
 *
 * The parameters live on the current backend; dispose them with `model.parameters.dispose()`.
 *
 * @param name of the family, see `networkNames`
 * @param path of the file
 * @throws `network/unknown`; `weights/missing`, `weights/shape` or `weights/unexpected` for the first parameter that
 *   does not fit, with both shapes; what `readWeightFile` throws
 * @example
 * const model = await loadNetwork('compact', 'small.pth', { config: { scale: 2 } });
 * const upscaler = await loadUpscaler(model);
 */
export async function loadNetwork(
  name: string,
  path: string | URL,
  { config = {} }: LoadNetworkOptions = {},
): Promise<Model> {
  const network = buildNetwork({ name, config });
  if (name === 'fsrcnn' && String(path).endsWith('.pb')) {
    const weights = fsrcnnWeights(network, readFrozenGraph(await readFile(path)));
    return { network, parameters: Parameters.fromWeights(network.parameters, weights) };
  }
  const { tensors } = await readWeightFile(path);
  return { network, parameters: Parameters.fromWeights(network.parameters, adaptWeights(network, tensors)) };
}
