/**
 * Rectifiers: y = x where x > 0, and slope * x elsewhere.
 *
 * tfjs composes their gradients of several operations; TensorFlow has one for each. The second derivative is 0 wherever
 * it exists, so the gradient's own gradient passes through the same mask.
 */
import {
  add,
  greater,
  matMul,
  minimum,
  mul,
  reshape,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  leakyRelu as tfLeakyRelu,
  relu as tfRelu,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { SrError } from '../errors.js';
import { defineOperation } from './operation.js';
import { perChannel } from './per-channel.js';
import { rectifierGradient } from './rectifier-gradient.js';

/**
 * Rectified linear unit: max(x, 0). Its derivative at 0 is 0, as in PyTorch.
 *
 * @param x any shape
 */
export function relu<T extends Tensor>(x: T): T {
  return rectify({ x }, { slope: 0 }) as T;
}

/**
 * Leaky ReLU: x where x > 0, slope * x elsewhere. Its derivative at 0 is the slope, as in PyTorch.
 *
 * @param x any shape
 * @param options.slope default 0.01, PyTorch's; SRGAN and ESRGAN use 0.2
 */
export function leakyRelu<T extends Tensor>(x: T, { slope = 0.01 }: { slope?: number } = {}): T {
  return rectify({ x }, { slope }) as T;
}

/**
 * Parametric ReLU: a leaky ReLU whose slope is learnt, one for all channels or one for each
 * (He et al., "Delving deep into rectifiers", ICCV 2015, section 2.1).
 *
 * @param x `[..., channels]`
 * @param slope `[1]` or `[channels]`
 * @throws `tensor/shape` if the slope has another shape
 */
export function prelu<T extends Tensor>(x: T, slope: Tensor1D): T {
  const channels = x.shape.at(-1)!;
  if (slope.rank !== 1 || (slope.size !== 1 && slope.size !== channels)) {
    throw new SrError({
      code: 'tensor/shape',
      message: `prelu: expected a slope of shape [1] or [${channels}], received [${slope.shape.join(', ')}].`,
    });
  }
  return parametric({ x, slope }, {}) as T;
}

type Parametric = (inputs: { x: Tensor; slope: Tensor1D }, attributes: object) => Tensor;

const parametric: Parametric = /* @__PURE__ */ defineOperation({
  name: 'sr.prelu',
  forward: ({ x, slope }) => {
    const native = nativeBackend();
    if (native?.isRecording) return recordedRectifier(x, x, slope);
    if (native !== undefined && slope.size === 1) return tfLeakyRelu(x, readSlope(slope));
    const positive = tfRelu(x);
    return add(positive, mul(sub(x, positive), perChannel(slope, x.rank)));
  },
  gradient: (dy, { x, slope }) => ({
    x: () => parametricGradient({ dy, x, slope }, {}),
    slope: () => slopeGradient({ dy, x }, { channels: slope.size }),
  }),
});

/** dy where x > 0, slope * dy elsewhere. */
const parametricGradient: (inputs: { dy: Tensor; x: Tensor; slope: Tensor1D }, attributes: object) => Tensor =
  /* @__PURE__ */ defineOperation({
    name: 'sr.preluGradient',
    forward: ({ dy, x, slope }) => {
      const native = nativeBackend();
      if (native?.isRecording) return recordedRectifier(x, dy, slope);
      if (native !== undefined && slope.size === 1) return rectifierGradient({ dy, x }, { slope: readSlope(slope) });
      const positive = step(x);
      return add(mul(dy, positive), mul(mul(dy, sub(1, positive)), slope));
    },
    gradient: (g, { dy, x, slope }) => ({
      dy: () => parametricGradient({ dy: g, x, slope }, {}),
      x: () => zerosLike(x),
      slope: () => sumTo(slope.size, mul(mul(g, dy), sub(1, step(x)))),
    }),
  });

/** The sum of dy * min(x, 0), over all or for each channel. */
const slopeGradient: (inputs: { dy: Tensor; x: Tensor }, attributes: { channels: number }) => Tensor =
  /* @__PURE__ */ defineOperation({
    name: 'sr.slopeGradient',
    forward: ({ dy, x }, { channels }) => {
      const negative = minimum(x, 0);
      // A product of matrices passes over both once.
      if (channels > 1) return sumTo(channels, mul(dy, negative));
      return reshape(matMul(reshape(dy, [1, -1]), reshape(negative, [-1, 1])), [1]);
    },
    gradient: (g, { dy, x }) => ({
      dy: () => mul(g, sub(x, relu(x))),
      x: () => mul(mul(g, dy), sub(1, step(x))),
    }),
  });

/** The sum over all, or for each channel. */
function sumTo(channels: number, values: Tensor): Tensor {
  return channels === 1 ? reshape(sum(values), [1]) : sum(values, [...Array(values.rank - 1).keys()]);
}

/** Read at no cost on native. */
function readSlope(slope: Tensor1D): number {
  return slope.dataSync()[0]!;
}

/** y where x > 0, slope * y elsewhere, without a look at the slope. */
function recordedRectifier(x: Tensor, y: Tensor, slope: Tensor1D): Tensor {
  return where(greater(x, 0), y, mul(y, slope));
}

const rectify = /* @__PURE__ */ defineOperation<{ x: Tensor }, { slope: number }, Tensor>({
  name: 'sr.rectify',
  forward: ({ x }, { slope }) => (slope === 0 ? tfRelu(x) : tfLeakyRelu(x, slope)),
  gradient: (dy, { x }, { slope }) => ({ x: () => rectifierGradient({ dy, x }, { slope }) }),
});
