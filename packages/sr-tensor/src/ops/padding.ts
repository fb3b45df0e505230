/**
 * Padding of images with zeros, their mirror image, or their edge.
 *
 * tfjs's own gradient of a mirrored padding drops what was mirrored; here it is folded back. Padding P is linear, so
 * its gradient is the transposed fold P', whose gradient is P again.
 */
import {
  add,
  concat,
  mirrorPad,
  reverse,
  slice,
  sum,
  type Tensor4D,
  tensor2d,
  pad as zeroPad,
} from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import { defineOperation } from './operation.js';

/**
 * What lies beyond the border of a, b, c, d: `zero` 0 0 | a b c d | 0 0, `reflect` c b | a b c d | c b,
 * `replicate` a a | a b c d | d d.
 */
export type PaddingMode = 'zero' | 'reflect' | 'replicate';

/** Pixels on each side. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Adds pixels around images.
 *
 * @param x `[batch, height, width, channels]`
 * @param amount pixels on every side, or on each
 * @param options.mode what they hold; default `'zero'`
 * @returns `[batch, top + height + bottom, left + width + right, channels]`
 * @throws `padding/size` for amounts that are not integers >= 0, or that leave nothing to reflect
 *   (`reflect` needs sides longer than the amount)
 * @example
 * const blurred = depthwiseConv2d(pad(images, 2, { mode: 'reflect' }), kernel, 1, 'valid');
 */
export function pad(x: Tensor4D, amount: number | Margins, { mode = 'zero' }: { mode?: PaddingMode } = {}): Tensor4D {
  checkShape(x, '[batch, height, width, channels]', 'pad');
  const margins = typeof amount === 'number' ? { top: amount, bottom: amount, left: amount, right: amount } : amount;
  check(x, margins, mode);
  if (Object.values(margins).every(n => n === 0)) return x.clone();
  return mode === 'zero' ? zeroPad(x, paddings(margins)) : extend({ x }, { margins, mode });
}

interface Attributes {
  readonly margins: Margins;
  readonly mode: 'reflect' | 'replicate';
}

const extend: (inputs: { x: Tensor4D }, attributes: Attributes) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.pad',
  forward: ({ x }, { margins, mode }) => {
    const mirror = mirrorMode(margins, mode);
    if (mirror !== undefined) return mirrorPad(x, paddings(margins), mirror);
    return replicateAlong(replicateAlong(x, 1, margins.top, margins.bottom), 2, margins.left, margins.right);
  },
  gradient: (dy, _inputs, attributes) => ({ x: () => fold({ dy }, attributes) }),
});

/** Adds the padding to the pixels that it was copied from. */
const fold: (inputs: { dy: Tensor4D }, attributes: Attributes) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.padGradient',
  forward: ({ dy }, { margins, mode }) => {
    const native = nativeBackend();
    const mirror = mirrorMode(margins, mode);
    if (native !== undefined && mirror !== undefined) {
      return native.run('MirrorPadGrad', [dy, tensor2d(paddings(margins), [4, 2], 'int32')], {
        Tpaddings: { dtype: 'int32' },
        mode: mirror.toUpperCase(),
      });
    }
    return foldAlong(foldAlong(dy, 1, margins.top, margins.bottom, mode), 2, margins.left, margins.right, mode);
  },
  gradient: (g, _inputs, attributes) => ({ dy: () => extend({ x: g }, attributes) }),
});

/** How tfjs's mirrorPad gives this padding in one operation, if it can: one pixel mirrored with its edge is the edge. */
function mirrorMode(margins: Margins, mode: Attributes['mode']): 'reflect' | 'symmetric' | undefined {
  if (mode === 'reflect') return 'reflect';
  return Object.values(margins).every(n => n <= 1) ? 'symmetric' : undefined;
}

function replicateAlong(x: Tensor4D, axis: 1 | 2, before: number, after: number): Tensor4D {
  const first = part(x, axis, 0, 1);
  const last = part(x, axis, x.shape[axis] - 1, 1);
  return concat([...Array<Tensor4D>(before).fill(first), x, ...Array<Tensor4D>(after).fill(last)], axis);
}

function foldAlong(dy: Tensor4D, axis: 1 | 2, before: number, after: number, mode: Attributes['mode']): Tensor4D {
  const size = dy.shape[axis] - before - after;
  const land = (strip: Tensor4D, at: number): Tensor4D => {
    const around = [0, 0, 0, 0].map(() => [0, 0] as [number, number]);
    around[axis] = [at, size - at - strip.shape[axis]];
    return zeroPad(strip, around);
  };
  // What was reflected lies beside the edge, the other way round; what was replicated is the edge.
  const reflected = mode === 'reflect';
  const gathered = (strip: Tensor4D): Tensor4D => (reflected ? reverse(strip, axis) : sum(strip, axis, true));
  let folded = part(dy, axis, before, size);
  if (before > 0) folded = add(folded, land(gathered(part(dy, axis, 0, before)), reflected ? 1 : 0));
  if (after > 0) {
    const strip = gathered(part(dy, axis, before + size, after));
    folded = add(folded, land(strip, reflected ? size - 1 - after : size - 1));
  }
  return folded;
}

function part(x: Tensor4D, axis: 1 | 2, from: number, count: number): Tensor4D {
  const begin: [number, number, number, number] = [0, 0, 0, 0];
  const size: [number, number, number, number] = [-1, -1, -1, -1];
  begin[axis] = from;
  size[axis] = count;
  return slice(x, begin, size);
}

function paddings({ top, bottom, left, right }: Margins): Array<[number, number]> {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

function check(x: Tensor4D, margins: Margins, mode: PaddingMode): void {
  const { top, bottom, left, right } = margins;
  const [, height, width] = x.shape;
  const integers = [top, bottom, left, right].every(n => Number.isInteger(n) && n >= 0);
  if (integers && (mode !== 'reflect' || (Math.max(top, bottom) < height && Math.max(left, right) < width))) return;
  throw new SrError({
    code: 'padding/size',
    message: `pad: expected integers >= 0${mode === 'reflect' ? `, below the sides ${height} x ${width} that are reflected` : ''}, received top ${top}, bottom ${bottom}, left ${left}, right ${right}.`,
  });
}
