import { readCard } from './card.js';
import type { ReadPthOptions } from './read-pth.js';
import { namingFile, readBytes } from './read-weight-file.js';
import { readWeights, weightFormat } from './read-weights.js';
import type { ModelCard, WeightDtype } from './types.js';

/** What is in a weight file, without the values. */
export interface WeightInspection {
  readonly path: string;
  readonly format: ReturnType<typeof weightFormat>;
  readonly bytes: number;
  /** In the order of the file. */
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: WeightDtype;
    readonly shape: readonly number[];
    readonly values: number;
  }[];
  /** How many values all tensors hold together. */
  readonly values: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly card?: ModelCard;
}

/**
 * Says what a weight file holds.
 *
 * @throws what `readWeightFile` and `readCard` throw
 *
 * @example
 * const { tensors, card } = await inspectWeights('x4-small.safetensors');
 */
export async function inspectWeights(path: string, options: ReadPthOptions = {}): Promise<WeightInspection> {
  const bytes = await readBytes(path);
  return namingFile(path, () => {
    const file = readWeights(bytes, options);
    const card = readCard(file);
    const tensors = Array.from(file.tensors, ([name, { dtype, shape, data }]) => ({
      name,
      dtype,
      shape,
      values: data.length,
    }));
    return {
      path,
      format: weightFormat(bytes),
      bytes: bytes.length,
      tensors,
      values: tensors.reduce((sum, { values }) => sum + values, 0),
      metadata: file.metadata,
      ...(card && { card }),
    };
  });
}
