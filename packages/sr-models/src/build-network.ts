/** Networks from their description as data: what a model card or a recipe holds. */
import { type Network, SrError } from 'sr-tensor';
import { type CompactConfig, compact } from './compact.js';
import { nearest } from './nearest.js';

/** A family of networks and its config. */
export interface NetworkDescription {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

const families: Readonly<Record<string, (config: Readonly<Record<string, unknown>>) => Network>> = {
  compact: config => compact(config as CompactConfig),
};

/** The families that `buildNetwork` knows. */
export const networkNames: readonly string[] = Object.keys(families);

/**
 * The network that a model card or a recipe describes.
 *
 * @param description name of the family (`compact`) and its config; what the config leaves out has its default
 * @throws `network/unknown` (with the names there are) or `network/config`
 * @example
 * const network = buildNetwork({ name: 'compact', config: { scale: 4 } });
 */
export function buildNetwork({ name, config = {} }: NetworkDescription): Network {
  const build = Object.hasOwn(families, name) ? families[name] : undefined;
  if (build !== undefined) return build(config);
  throw new SrError({
    code: 'network/unknown',
    message: `There is no network "${name}"; there are ${networkNames.join(', ')}. Did you mean "${nearest(name, networkNames)}"?`,
  });
}
