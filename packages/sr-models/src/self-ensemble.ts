/** The mean over the eight ways to turn and mirror a picture. */
import { add, mul, reverse, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Apply } from './enlarge-tile.js';

/**
 * What `apply` gives for each of the eight flips and quarter turns of the images, turned back, in the mean: what is drawn
 * in one direction only by chance evens out. Takes eight times as long.
 *
 * Source: Lim, Son, Kim, Nah, Lee, "Enhanced deep residual networks for single image super-resolution", CVPRW 2017, section
 * 3.4 (EDSR+); Timofte, Rothe, Van Gool, "Seven ways to improve example-based single image super resolution", CVPR 2016.
 */
export function selfEnsemble(apply: Apply): Apply {
  return images =>
    tidy(() => {
      let sum: Tensor4D | undefined;
      for (const turn of turns) {
        const before = sum;
        sum = tidy(() => {
          const result = turned(apply(turned(images, turn)), turn, { back: true });
          return before === undefined ? result : add(before, result);
        });
        before?.dispose();
      }
      return mul(sum!, 1 / turns.length);
    });
}

interface Turn {
  /** The axes that are mirrored: 1 top to bottom, 2 left to right. */
  readonly mirrored: readonly number[];
  /** Whether rows become columns, before. */
  readonly isTransposed: boolean;
}

const turns: readonly Turn[] = [false, true].flatMap(isTransposed =>
  [[], [1], [2], [1, 2]].map(mirrored => ({ mirrored, isTransposed })),
);

function turned(images: Tensor4D, { mirrored, isTransposed }: Turn, { back = false } = {}): Tensor4D {
  const swap = (x: Tensor4D): Tensor4D => (isTransposed ? transpose(x, [0, 2, 1, 3]) : x);
  const mirror = (x: Tensor4D): Tensor4D => (mirrored.length > 0 ? reverse(x, [...mirrored]) : x);
  return back ? swap(mirror(images)) : mirror(swap(images));
}
