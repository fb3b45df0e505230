/** Discriminators from their description as data: what a recipe holds. */
import { SrError } from 'sr-tensor';
import type { NetworkDescription } from '../build-network.js';
import { nearest } from '../nearest.js';
import type { Discriminator } from './discriminator.js';
import { enhancenetDiscriminator } from './enhancenet.js';
import { featureMatchingDiscriminator } from './feature-matching.js';
import { globalPoolDiscriminator } from './global-pool.js';
import { patchDiscriminator } from './patch.js';
import { srganDiscriminator } from './srgan.js';
import { unetDiscriminator } from './unet.js';
import { vggDiscriminator } from './vgg.js';

const families: Readonly<Record<string, (config: Readonly<Record<string, unknown>>) => Discriminator>> = {
  'srgan-discriminator': srganDiscriminator,
  'vgg-discriminator': vggDiscriminator,
  'enhancenet-discriminator': enhancenetDiscriminator,
  'feature-matching-discriminator': featureMatchingDiscriminator,
  'global-pool-discriminator': globalPoolDiscriminator,
  'patch-discriminator': patchDiscriminator,
  'unet-discriminator': unetDiscriminator,
};

/** The families that `buildDiscriminator` knows. */
export const discriminatorNames: readonly string[] = Object.keys(families);

/**
 * The discriminator that a recipe describes.
 *
 * @throws `network/unknown` (with the names there are) or `network/config`
 * @example
 * const network = buildDiscriminator({ name: 'vgg-discriminator', config: { size: 96 } });
 */
export function buildDiscriminator({ name, config = {} }: NetworkDescription): Discriminator {
  const build = Object.hasOwn(families, name) ? families[name] : undefined;
  if (build !== undefined) return build(config);
  throw new SrError({
    code: 'network/unknown',
    message: `There is no discriminator "${name}"; there are ${discriminatorNames.join(', ')}. Did you mean "${nearest(name, discriminatorNames)}"?`,
  });
}
