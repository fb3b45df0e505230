/** Networks from their description as data: what a model card or a recipe holds. */
import { type Network, SrError } from 'sr-tensor';
import { type CompactConfig, compact } from './compact.js';
import { type EdsrConfig, edsr } from './generators/edsr.js';
import { type EnhancenetConfig, enhancenet } from './generators/enhancenet.js';
import { type EspcnConfig, espcn } from './generators/espcn.js';
import { type FeatureMatchingConfig, featureMatching } from './generators/feature-matching.js';
import { type FsrcnnConfig, fsrcnn } from './generators/fsrcnn.js';
import { type ImdnConfig, imdn } from './generators/imdn.js';
import { type JohnsonSrConfig, johnsonSr } from './generators/johnson-sr.js';
import { type LapsrnConfig, lapsrn, type MsLapsrnConfig, msLapsrn } from './generators/lapsrn.js';
import { type MsrresnetConfig, msrresnet } from './generators/msrresnet.js';
import { type RrdbnetConfig, rrdbnet } from './generators/rrdbnet.js';
import { type SpsrConfig, spsr } from './generators/spsr.js';
import { type SrcnnConfig, srcnn } from './generators/srcnn.js';
import { type SrresnetConfig, srresnet } from './generators/srresnet.js';
import { type TsrnConfig, tsrn } from './generators/tsrn.js';
import { type VdsrConfig, vdsr } from './generators/vdsr.js';
import { nearest } from './nearest.js';
import { type WideCompactConfig, wideCompact } from './wide-compact.js';

/** A family of networks and its config. */
export interface NetworkDescription {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

const families: Readonly<Record<string, (config: Readonly<Record<string, unknown>>) => Network>> = {
  compact: config => compact(config as CompactConfig),
  'wide-compact': config => wideCompact(config as WideCompactConfig),
  imdn: config => imdn(config as ImdnConfig),
  enhancenet: config => enhancenet(config as EnhancenetConfig),
  srresnet: config => srresnet(config as SrresnetConfig),
  msrresnet: config => msrresnet(config as MsrresnetConfig),
  edsr: config => edsr(config as EdsrConfig),
  tsrn: config => tsrn(config as TsrnConfig),
  'johnson-sr': config => johnsonSr(config as JohnsonSrConfig),
  'feature-matching': config => featureMatching(config as FeatureMatchingConfig),
  spsr: config => spsr(config as SpsrConfig),
  srcnn: config => srcnn(config as SrcnnConfig),
  fsrcnn: config => fsrcnn(config as FsrcnnConfig),
  espcn: config => espcn(config as EspcnConfig),
  vdsr: config => vdsr(config as VdsrConfig),
  lapsrn: config => lapsrn(config as LapsrnConfig),
  'ms-lapsrn': config => msLapsrn(config as MsLapsrnConfig),
  rrdbnet: config => rrdbnet(config as RrdbnetConfig),
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
