import { mul, step, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../backend/native-ops.js';
import { defineOperation } from './operation.js';

/**
 * The gradient of a (leaky) ReLU: dy where x > 0, slope * dy elsewhere. The output may stand for x, as its sign is the same. The
 * second derivative with respect to x is zero almost everywhere.
 */
export const rectifierGradient: <T extends Tensor>(inputs: { dy: T; x: Tensor }, attributes: { slope: number }) => T =
  /* @__PURE__ */ defineOperation<{ dy: Tensor; x: Tensor }, { slope: number }, Tensor>({
    name: 'sr.rectifierGradient',
    forward: ({ dy, x }, { slope }) => {
      const native = nativeBackend();
      if (native === undefined) return mul(dy, step(x, slope));
      if (slope === 0) return native.run('ReluGrad', [dy, x]);
      return native.run('LeakyReluGrad', [dy, x], { alpha: { float: slope } });
    },
    gradient: (g, { x }, { slope }) => ({
      dy: () => rectifierGradient({ dy: g, x }, { slope }),
      x: () => zerosLike(x),
    }),
  }) as <T extends Tensor>(inputs: { dy: T; x: Tensor }, attributes: { slope: number }) => T;
