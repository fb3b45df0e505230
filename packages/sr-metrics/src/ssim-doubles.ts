/**
 * SSIM and MS-SSIM of tensors in doubles on native TensorFlow: what ssim-moments.ts computes row by row in JavaScript.
 *
 * With u = a + b and d = a - b the moments of SSIM are those of two pictures that are filtered alike:
 *
 *   SSIM = (U - D + 2 C1) (Vu - Vd + 2 C2) / ((U + D + 2 C1) (Vu + Vd + 2 C2)),  U = E[u]^2, Vu = E[u^2] - U, likewise D, Vd
 */
import { scalar, type Tensor4D, tidy, unstack } from '@tensorflow/tfjs-core';
import { type NativeDoubles, type NativeHandle, withNativeDoubles } from 'sr-tensor';
import type { Images } from './metric.js';
import type { PlaneOptions } from './planes.js';
import { K1, K2, RADIUS, SIZE, ssimWindow } from './ssim-constants.js';

/** The channels of one picture, `[height, width, channels]` in [0, 1]. */
export type ChannelHandle = NativeHandle & { readonly shape: readonly [height: number, width: number, channels: number] };

/** What can be done with the channels of two pictures. */
export interface PairInDoubles {
  readonly a: ChannelHandle;
  readonly b: ChannelHandle;
  readonly doubles: NativeDoubles;
}

/**
 * Applies `measure` to each pair of pictures of two batches on native TensorFlow, where the options allow it: tensors of one
 * size, whose values are neither rounded nor checked.
 *
 * @param leastSize the least width and height, after the crop
 * @returns one value a pair; undefined where only JavaScript will do, which also knows what is wrong with bad input
 */
export function measureInDoubles(
  result: Images,
  reference: Images,
  options: PlaneOptions,
  leastSize: number,
  measure: (pair: PairInDoubles) => number,
): Float64Array | undefined {
  if (!isColorBatch(result) || !isColorBatch(reference) || !canCompute(result, reference, options, leastSize)) {
    return undefined;
  }
  return withNativeDoubles(doubles =>
    tidy(() => {
      const [as, bs] = [unstack(result), unstack(reference)];
      return Float64Array.from(as, (image, i) => {
        let value = 0;
        doubles.tidy(() => {
          const [a, b] = [image, bs[i]!].map(x => channels(doubles, x as unknown as Tensor4D, options));
          value = measure({ a: a!, b: b!, doubles });
          return [];
        });
        return value;
      });
    }),
  );
}
