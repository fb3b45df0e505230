import { clipByValue, dispose, slice, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkRange, pictureToTensor } from 'sr-tensor';
import { type Images, missingReference } from './metric.js';
import {
  checkLeastSize,
  checkPlaneOptions,
  checkSameCount,
  checkSameSize,
  type Demands,
  isTensor,
  type PlaneOptions,
  preparePairs,
} from './planes.js';

/** Options of metrics that compare feature maps; they take all colours. */
export type FeatureMetricOptions = Pick<PlaneOptions, 'cropBorder' | 'clip' | 'quantize' | 'checkRange'>;

/**
 * Applies `measure` to one pair of pictures after the other, as tensors `[1, height, width, 3]`, which are disposed after.
 *
 * @returns what `measure` gives, in order
 * @throws `metrics/pairs` for unequal counts, `picture/size` for unequal or too small pictures, `metrics/option`,
 *   `picture/range` on request
 */
export async function measureTensorPairs<Value>(
  result: Images,
  reference: Images,
  options: FeatureMetricOptions,
  demands: Demands,
  measure: (result: Tensor4D, reference: Tensor4D) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const pair of await tensorPairs(result, reference, options, demands)) {
    const [a, b] = pair();
    try {
      values.push(await measure(a, b));
    } finally {
      dispose([a, b]);
    }
  }
  return values;
}

type TensorPairs = readonly (() => [result: Tensor4D, reference: Tensor4D])[];

async function tensorPairs(
  result: Images,
  reference: Images,
  options: FeatureMetricOptions,
  demands: Demands,
): Promise<TensorPairs> {
  if (reference === undefined) throw missingReference(demands.what);
  // Rounding to 8 bits is defined on pictures, in doubles.
  if (isColorBatch(result) && isColorBatch(reference) && !options.quantize) {
    return batchPairs(result, reference, options, demands);
  }
  const pairs = await preparePairs(result, reference, options, demands);
  return pairs.map(prepared => () => prepared().map(pictureToTensor) as [Tensor4D, Tensor4D]);
}

function isColorBatch(images: Images): images is Tensor4D {
  return isTensor(images) && images.rank === 4 && images.shape[3] === 3;
}

/** The pairs of two batches without reading their values: that takes as long as a third of AlexNet (LPIPS, 512 x 512). */
async function batchPairs(
  result: Tensor4D,
  reference: Tensor4D,
  options: FeatureMetricOptions,
  { what, leastSize }: Demands,
): Promise<TensorPairs> {
  const { cropBorder: crop = 0, clip = true } = options;
  checkPlaneOptions(options, what);
  if (options.checkRange) {
    await checkRange(result, `${what}: result`);
    await checkRange(reference, `${what}: reference`);
  }
  checkSameCount(result.shape[0], reference.shape[0], what);
  const [size, other] = [result, reference].map(({ shape: [, height, width] }) => ({ width, height }));
  checkSameSize(size!, other!, what);
  checkLeastSize(size!, leastSize, crop, what);
  const area = [1, size!.height - 2 * crop, size!.width - 2 * crop, 3] as [number, number, number, number];
  const image = (batch: Tensor4D, index: number): Tensor4D =>
    tidy(() => {
      const cropped = slice(batch, [index, crop, crop, 0], area);
      return clip ? clipByValue(cropped, 0, 1) : cropped;
    });
  return Array.from({ length: result.shape[0] }, (_, i) => () => [image(result, i), image(reference, i)]);
}
