/** What the losses and discriminators of a step look at: all but a margin, which lies elsewhere in each step. */
import { slice, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { SrError } from 'sr-tensor';

/** A view of pictures: of the same size each time, from another pixel. */
export interface Shift {
  /** Rows and columns that are left out before it. */
  readonly top: number;
  readonly left: number;
  /** Rows and columns that are left out altogether. */
  readonly margin: number;
}

/**
 * All shifts by less than `jitter` pixels, in an order in which neighbours differ in both axes.
 *
 * Networks that look with strides see some pixels of a picture more often than others. Where the grid of an enlargement lies
 * the same way each time, what is trained against them learns a pattern of that grid.
 */
export function shiftsBy(jitter: number): readonly (Shift | undefined)[] {
  if (jitter === 0) return [undefined];
  return Array.from({ length: jitter * jitter }, (_, i) => {
    const row = Math.floor(i / jitter);
    return { top: i % jitter, left: (i + row) % jitter, margin: jitter };
  });
}

/** The part of pictures that a shift shows; a new tensor. */
export function shifted(images: Tensor4D, shift: Shift | undefined): Tensor4D {
  if (shift === undefined) return images.clone();
  const { top, left, margin } = shift;
  const [, height, width] = images.shape;
  return tidy(() => slice(images, [0, top, left, 0], [-1, height - margin, width - margin, -1]));
}

/**
 * The same of all outputs of a network.
 *
 * @param size of its picture
 * @throws `recipe/invalid` for an output of another size
 */
export function shiftedOutputs<Name extends string>(
  outputs: Readonly<Record<Name, Tensor4D>>,
  shift: Shift | undefined,
  [, height, width]: readonly number[],
): Record<Name, Tensor4D> {
  const seen = Object.entries<Tensor4D>(outputs).map(([name, output]) => {
    if (shift === undefined || (output.shape[1] === height && output.shape[2] === width)) {
      return [name, shifted(output, shift)];
    }
    throw new SrError({
      code: 'recipe/invalid',
      message: `Recipe: jitter: the output "${name}" is ${output.shape[1]} x ${output.shape[2]} pixels, the picture ${height} x ${width}; only outputs as large as the picture can be shifted with it.`,
    });
  });
  return Object.fromEntries(seen);
}
