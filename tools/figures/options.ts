/** What the figures' commands are told. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type FeatureEncoder, loadAlexNet, loadSqueezeNet, loadVgg16, loadVgg19 } from 'sr-features';

/** Pictures and networks that the repository may not hold. */
export const assets = resolve(process.env.SR_TEST_ASSETS ?? '../shared');
process.env.SR_WEIGHTS_DIR ??= join(assets, 'weights');

/** Default of `--out`; git ignores it. */
const outputs = 'out/figures';

/** Reads `--out` and the given options, all of them texts with a default. */
export function figureOptions<T extends Record<string, string>>(args: string[], defaults: T): T & { out: string } {
  const all = { out: outputs, ...defaults };
  const options = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
  );
  return parseArgs({ args, options, strict: true }).values as T & { out: string };
}

const networks = { squeeze: loadSqueezeNet, alex: loadAlexNet, vgg16: loadVgg16, vgg19: loadVgg19 };

/** The network of that name, as deep as the layers need. */
export function loadNetwork(name: string, layers?: readonly string[]): Promise<FeatureEncoder> {
  const load = networks[name as keyof typeof networks];
  if (load === undefined)
    throw new Error(`expected a network of ${Object.keys(networks).join(', ')}, received ${name}`);
  return load(layers && { layers });
}
