import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import { pictureToTensor } from 'sr-tensor';
import type { Images } from './metric.js';
import { type PlaneOptions, preparePairs } from './planes.js';

/** Options of metrics that compare feature maps; they take all colours. */
export type FeatureMetricOptions = Pick<PlaneOptions, 'cropBorder' | 'clip' | 'quantize' | 'checkRange'>;

/**
 * Applies `measure` to one pair of pictures after the other, as tensors `[1, height, width, 3]`, which are disposed after.
 *
 * @param demands.what how messages call the metric
 * @param demands.leastSize the least width and height that it takes, after the crop
 * @returns what `measure` gives, in order
 * @throws `metrics/pairs` for unequal counts, `picture/size` for unequal or too small pictures, `metrics/option`,
 *   `picture/range` on request
 */
export async function measureTensorPairs<Value>(
  result: Images,
  reference: Images,
  options: FeatureMetricOptions,
  demands: { what: string; leastSize: number },
  measure: (result: Tensor4D, reference: Tensor4D) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const prepared of await preparePairs(result, reference, options, demands)) {
    const [a, b] = prepared().map(pictureToTensor) as [Tensor4D, Tensor4D];
    try {
      values.push(await measure(a, b));
    } finally {
      dispose([a, b]);
    }
  }
  return values;
}
