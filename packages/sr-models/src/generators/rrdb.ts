/**
 * The residual-in-residual dense block of ESRGAN (Wang et al., "ESRGAN: enhanced super-resolution generative adversarial
 * networks", ECCVW 2018, section 3.1): three dense blocks of five convolutions, each result times 0.2 before it is added.
 */
import { add, mul, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { conv2d, denseFeatures, type Initializer, type LayerParameters, type ParameterSpec } from 'sr-tensor';
import { convSpecs, range } from './layers.js';

/** Of the activations of ESRGAN and SPSR. */
export const leaky = { activation: 'leaky-relu', slope: 0.2 } as const;

const residualScale = 0.2;

/** Calls the convolutions of a block: `dense` and `conv` from 0. */
export type RrdbNames = (dense: number, conv: number) => string;

/** The parameters of a block. */
export function rrdbSpecs(
  name: RrdbNames,
  { channels, growth, init }: { channels: number; growth: number; init: Initializer },
): Record<string, ParameterSpec> {
  const specs: Record<string, ParameterSpec> = {};
  for (const dense of range(3)) {
    for (const conv of range(5)) {
      const to = conv === 4 ? channels : growth;
      Object.assign(specs, convSpecs(name(dense, conv), { from: channels + conv * growth, to, init }));
    }
  }
  return specs;
}

/** A block; it sees 15 pixels to each side. */
export function rrdb(x: Tensor4D, p: (name: string) => LayerParameters, name: RrdbNames): Tensor4D {
  return tidy(() => {
    let features = x;
    for (const dense of range(3)) {
      features = tidy(() => {
        const layers = range(4).map(conv => p(name(dense, conv)));
        const known = denseFeatures(features, layers, leaky);
        return add(features, conv2d(known, scaled(p(name(dense, 4)))));
      });
    }
    return add(x, mul(features, residualScale));
  });
}

export const rrdbReach = 15;

/** The weights are scaled rather than the pictures, which are far larger. */
function scaled({ weight, bias }: LayerParameters): LayerParameters {
  return { weight: mul(weight, residualScale), bias: bias && mul(bias, residualScale) };
}
