/** Between the names of this project and those of published checkpoints. */
import { type Network, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { dialectsOf, renamed } from './dialects.js';

/**
 * The tensors of a published checkpoint under the names of the network's parameters: without `module.` (PyTorch's
 * DataParallel) and `num_batches_tracked`, from the names of ESRGAN (old and new), mmsr and BasicSR, without what
 * implementations write beside the parameters. Names that fit already and those that are not known stay.
 *
 * @param tensors of a weight file
 * @returns the same tensors
 * @example
 * const { tensors } = await readWeightFile('RRDB_ESRGAN_x4.pth');
 * const parameters = Parameters.fromWeights(network.parameters, adaptWeights(network, tensors));
 */
export function adaptWeights(network: Network, tensors: ReadonlyMap<string, WeightTensor>): Map<string, WeightTensor> {
  const { parameters } = network;
  const dialects = Object.values(dialectsOf(network));
  const rules = dialects.flatMap(({ renamed: pairs = [] }) => pairs);
  const extras = new Set(dialects.flatMap(({ extras: tensors = {} }) => Object.keys(tensors)));
  const adapted = new Map<string, WeightTensor>();
  for (const [published, tensor] of tensors) {
    const name = published.replace(/^module\./, '');
    const ours = name in parameters ? name : rules.map(([here, there]) => renamed(name, [there, here])).find(isIn);
    if (ours !== undefined) adapted.set(ours, tensor);
    else if (!extras.has(name) && !isUnused(network, name)) adapted.set(name, tensor);
  }
  return adapted;

  function isIn(name: string | undefined): name is string {
    return name !== undefined && name in parameters;
  }
}

/** Counts of batches, and SPSR's branch where it is switched off. */
function isUnused({ name: family, config }: Network, name: string): boolean {
  if (name.endsWith('.num_batches_tracked')) return true;
  return family === 'spsr' && config.branch === false && /^(b_|conv_w\.)/.test(name);
}

/**
 * The tensors of a network as a published implementation writes them, for PyTorch's `load_state_dict`, which then is
 * strict: under its names, with its constants and copies. The inverse of `adaptWeights`.
 *
 * Without `names` they are called as here, which is how the implementation calls them that is named in the network's
 * description. Batch norms lack `num_batches_tracked`, which `load_state_dict` adds.
 *
 * @param tensors as `parameters.toWeights()` gives them
 * @param options.names `esrgan` or `esrgan-old` (rrdbnet), `mmsr` (msrresnet), `edsr-pytorch` or `basicsr` (edsr),
 *   `spsr` (spsr; `rrdbnet` for the part that an RRDB network has), `tsrn` (tsrn x8)
 * @throws `weights/names` for names that the network's family does not have, with those that it has
 * @example
 * const network = rrdbnet({ channels: 8, blocks: 1, growth: 4 });
 * const parameters = Parameters.create(network.parameters, { seed: 1 });
 * const weights = publishedWeights(network, await parameters.toWeights(), { names: 'esrgan-old' });
 * await writeWeightFile('mine.safetensors', weights);
 */
export function publishedWeights(
  network: Network,
  tensors: ReadonlyMap<string, WeightTensor>,
  { names }: { names?: string | undefined } = {},
): Map<string, WeightTensor> {
  if (names === undefined) return new Map(tensors);
  const dialects = dialectsOf(network);
  const dialect = Object.hasOwn(dialects, names) ? dialects[names] : undefined;
  if (dialect === undefined) {
    const known = Object.keys(dialects).join(', ') || 'none but its own';
    throw new SrError({
      code: 'weights/names',
      message: `${network.name}: there are no names "${names}" for its parameters; there are ${known}.`,
    });
  }
  const published = new Map<string, WeightTensor>();
  for (const [name, tensor] of tensors) {
    const theirs = dialect.renamed?.map(rule => renamed(name, rule)).find(found => found !== undefined);
    published.set(theirs ?? name, tensor);
  }
  for (const [name, extra] of Object.entries(dialect.extras ?? {})) {
    published.set(
      name,
      'copy' in extra
        ? published.get(extra.copy)!
        : { dtype: 'f32', shape: [...extra.shape], data: Float32Array.from(extra.values) },
    );
  }
  return published;
}
