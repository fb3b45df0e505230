/** The names that published checkpoints have for the same parameters. */
import type { Network } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';

interface Dialect {
  /** Other names of the parameters: a pattern, and what stands in its place here. */
  readonly renamed?: readonly (readonly [RegExp, string])[];
  /** What a checkpoint holds beside the parameters: constants, second copies, layers that nothing uses. */
  readonly unused?: readonly RegExp[];
}

const dialects: Readonly<Record<string, Dialect>> = {
  rrdbnet: {
    renamed: [
      // xinntao/ESRGAN since 2020.
      [/^RRDB_trunk\.(\d+)\.RDB(\d)\./, 'body.$1.rdb$2.'],
      [/^trunk_conv\./, 'conv_body.'],
      [/^upconv(\d)\./, 'conv_up$1.'],
      [/^HRconv\./, 'conv_hr.'],
      // And before: nested lists.
      [/^model\.0\./, 'conv_first.'],
      [/^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\./, 'body.$1.rdb$2.conv$3.'],
      [/^model\.1\.sub\.\d+\.(weight|bias)$/, 'conv_body.$1'],
      [/^model\.3\./, 'conv_up1.'],
      [/^model\.6\./, 'conv_up2.'],
      [/^model\.8\./, 'conv_hr.'],
      [/^model\.10\./, 'conv_last.'],
    ],
  },
  edsr: {
    // BasicSR.
    renamed: [
      [/^conv_first\./, 'head.0.'],
      [/^body\.(\d+)\.conv1\./, 'body.$1.body.0.'],
      [/^body\.(\d+)\.conv2\./, 'body.$1.body.2.'],
      [/^upsample\.(\d+)\./, 'tail.0.$1.'],
      [/^conv_last\./, 'tail.1.'],
    ],
    // Frozen convolutions that subtract and add the mean colour.
    unused: [/^(sub|add)_mean\./],
  },
  // Frozen kernels; the second place of `HR_conv0_new`; the branch, where it is switched off.
  spsr: { unused: [/^get_g_nopadding\./, /^model\.\d+\./, /^b_/, /^conv_w\./] },
  // A batch norm that the network of x8 has and does not apply.
  tsrn: { unused: [/^bn1\./] },
};

/**
 * The tensors of a published checkpoint under the names of the network's parameters: without `module.` (PyTorch's
 * DataParallel) and `num_batches_tracked`, from ESRGAN's old and new names, BasicSR's of EDSR, without what the network
 * does not use. Names that fit already and those that are not known stay.
 *
 * @param tensors of a weight file
 * @returns the same tensors
 * @example
 * const { tensors } = await readWeightFile('RRDB_ESRGAN_x4.pth');
 * const parameters = Parameters.fromWeights(network.parameters, adaptWeights(network, tensors));
 */
export function adaptWeights(
  { name: family, config, parameters }: Network,
  tensors: ReadonlyMap<string, WeightTensor>,
): Map<string, WeightTensor> {
  const { renamed = [], unused = [] } = Object.hasOwn(dialects, family) ? dialects[family]! : {};
  const afterBody: [RegExp, string] = [/^conv_after_body\./, `body.${config.blocks}.`];
  const adapted = new Map<string, WeightTensor>();
  for (const [published, tensor] of tensors) {
    const name = published.replace(/^module\./, '');
    if (name in parameters) {
      adapted.set(name, tensor);
      continue;
    }
    if (name.endsWith('.num_batches_tracked') || unused.some(pattern => pattern.test(name))) continue;
    const [pattern, replacement] = [...renamed, afterBody].find(([known]) => known.test(name)) ?? [];
    adapted.set(pattern === undefined ? name : name.replace(pattern, replacement!), tensor);
  }
  return adapted;
}
