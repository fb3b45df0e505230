import { fileShape, type Network } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { adaptWeights } from './adapt-weights.js';
import { buildNetwork, networkNames } from './build-network.js';

/**
 * The network, with a family's defaults, whose parameters have the names and shapes of the tensors of a weight file.
 *
 * @param options.scale the enlargement
 * @returns the first family that fits, or undefined
 * @example
 * const network = recognizeNetwork((await readWeightFile('x4-small.safetensors')).tensors, { scale: 4 });
 */
export function recognizeNetwork(
  tensors: ReadonlyMap<string, WeightTensor>,
  { scale }: { scale: number },
): Network | undefined {
  for (const name of networkNames) {
    const network = buildOrNot(name, scale);
    if (network !== undefined && fits(network, adaptWeights(network, tensors))) return network;
  }
  return undefined;
}

/** Undefined for a scale that the family does not have. */
function buildOrNot(name: string, scale: number): Network | undefined {
  try {
    return buildNetwork({ name, config: { scale } });
  } catch {
    return undefined;
  }
}

function fits({ parameters }: Network, tensors: ReadonlyMap<string, WeightTensor>): boolean {
  const specs = Object.entries(parameters);
  return (
    specs.length === tensors.size &&
    specs.every(([name, spec]) => tensors.get(name)?.shape.join() === fileShape(spec).join())
  );
}
