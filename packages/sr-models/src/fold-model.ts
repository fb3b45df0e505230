import { tidy } from '@tensorflow/tfjs-core';
import { type Model, Parameters } from 'sr-tensor';

/**
 * What a model becomes after training: of a network that is trained wider than it is used, the narrow one that computes
 * the same.
 *
 * @param model not disposed
 * @returns a model with parameters of its own; of a network that is used as it is trained, the same network and copies
 * @example
 * const network = wideCompact();
 * const small = foldModel({ network, parameters: Parameters.create(network.parameters) });
 */
export function foldModel({ network, parameters }: Model): Model {
  if (network.folded === undefined) return { network, parameters: parameters.clone() };
  const { network: narrow, fold } = network.folded;
  const folded = Parameters.create(narrow.parameters);
  tidy(() => {
    for (const [name, value] of Object.entries(fold(parameters.scope()))) folded.get(name).assign(value);
  });
  return { network: narrow, parameters: folded };
}
