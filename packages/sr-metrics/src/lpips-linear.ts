import { SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';

/** The weights of LPIPS's linear layers: for each layer of the network one number a channel, none negative. */
export type LpipsLinear = readonly Float32Array[];

/** The networks that LPIPS was published with. */
export type LpipsNetwork = 'alex' | 'squeeze' | 'vgg';

/**
 * Reads the linear layers of LPIPS from the tensors of a weight file.
 *
 * Names are those of the authors' `.pth` files (`lin0.model.1.weight`, `[1, channels, 1, 1]`), or `alex.lin0` and so on
 * where a file holds those of several networks.
 *
 * @param tensors as `readWeights` and `readWeightFile` give them
 * @param network which of several; no matter for the authors' files
 * @throws `weights/missing` if there are none
 * @see https://github.com/richzhang/PerceptualSimilarity, lpips/weights
 * @example
 * const { tensors } = await readWeightFile('alex.pth');
 * const linear = readLpipsLinear(tensors);
 */
export function readLpipsLinear(tensors: ReadonlyMap<string, WeightTensor>, network?: LpipsNetwork): LpipsLinear {
  for (const nameOf of [(i: number) => `lin${i}.model.1.weight`, (i: number) => `${network}.lin${i}`]) {
    const linear: Float32Array[] = [];
    for (let i = 0; tensors.has(nameOf(i)); i++) linear.push(tensors.get(nameOf(i))!.data);
    if (linear.length > 0) return linear;
  }
  const names = [...tensors.keys()].slice(0, 4).join(', ');
  throw new SrError({
    code: 'weights/missing',
    message: `readLpipsLinear: expected the tensors lin0.model.1.weight and so on${network === undefined ? '' : `, or ${network}.lin0`}, received ${names || 'none'}.`,
  });
}

/**
 * The tensors of a weight file with linear layers, under the names of the authors' files, so that they can be written and
 * read by `readLpipsLinear` and by the package lpips.
 *
 * @example
 * const bytes = writeSafetensors(lpipsLinearToWeights([new Float32Array(64).fill(0.5)]));
 */
export function lpipsLinearToWeights(linear: LpipsLinear): Map<string, WeightTensor> {
  return new Map(
    linear.map((data, i) => [`lin${i}.model.1.weight`, { dtype: 'f32', shape: [1, data.length, 1, 1], data }]),
  );
}
