import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';

/** Numbers in [-limit, limit], as tools/oracles/losses.py draws them for extractor.json. */
export function draw(seed: number, shape: number[], limit: number): Tensor {
  const random = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(-limit, limit)),
    shape,
  );
}

/** The values of tensors one after the other, as golden gradients hold them. */
export async function valuesOf(tensors: readonly Tensor[]): Promise<number[]> {
  const values = await Promise.all(tensors.map(each => each.data()));
  return values.flatMap(list => Array.from<number>(list));
}
