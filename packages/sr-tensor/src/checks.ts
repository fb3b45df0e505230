import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { SrError } from './errors.js';

/**
 * Throws `tensor/shape` unless the shape of `tensor` fits `pattern`.
 *
 * @param pattern names stand for any size (the same name twice: the same size), numbers for themselves, as in
 *   `'[batch, height, width, 3]'`
 * @param what how the message calls the tensor
 */
export function checkShape(tensor: Tensor, pattern: string, what: string): void {
  const expected = pattern
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(part => part.trim());
  const bound = new Map<string, number>();
  const fits =
    expected.length === tensor.shape.length &&
    expected.every((part, axis) => {
      const size = tensor.shape[axis]!;
      if (/^\d+$/.test(part)) return Number(part) === size;
      if (!bound.has(part)) bound.set(part, size);
      return bound.get(part) === size;
    });
  if (!fits) {
    throw new SrError({
      code: 'tensor/shape',
      message: `${what}: expected the shape ${pattern}, received [${tensor.shape.join(', ')}].`,
    });
  }
}

/** Throws `tensor/shape` unless `tensor` is a batch of RGB images `[batch, height, width, 3]`. */
export function checkImages(tensor: Tensor, what: string): asserts tensor is Tensor4D {
  checkShape(tensor, '[batch, height, width, 3]', what);
}

/** Throws `tensor/shape` unless both tensors have the same shape. */
export function checkSameShape(a: Tensor, b: Tensor, what: string): void {
  if (a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis])) return;
  throw new SrError({
    code: 'tensor/shape',
    message: `${what}: expected two tensors of one shape, received [${a.shape.join(', ')}] and [${b.shape.join(', ')}].`,
  });
}

/**
 * Throws `picture/range` if a value of `images` is NaN or lies outside [0, 1].
 *
 * Asynchronous and on request only, since the check reads the values back from the device.
 */
export async function checkRange(images: Tensor, what: string): Promise<void> {
  checkValues(await images.data(), what);
}

/** Throws `picture/range` if one of `values` is NaN or lies outside [0, 1]. */
export function checkValues(values: Iterable<number>, what: string): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (Number.isNaN(value))
      throw new SrError({ code: 'picture/range', message: `${what}: expected values in [0, 1], received NaN.` });
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (lowest >= 0 && highest <= 1) return;
  const hint =
    lowest < 0
      ? 'Use tf.div(tf.add(x, 1), 2) if yours lie in [-1, 1].'
      : 'Use tf.div(x, 255) if yours lie in [0, 255].';
  throw new SrError({
    code: 'picture/range',
    message: `${what}: expected values in [0, 1], received ${lowest} to ${highest}. ${hint}`,
  });
}
