/** Densely connected convolutions: each sees the input and what all before it have found. */
import {
  add,
  concat,
  engine,
  slice,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkShape } from '../checks.js';
import { SrError } from '../errors.js';
import type { LayerParameters } from '../network.js';
import { conv2d } from './conv2d.js';
import { biasGradient, type ConvGeometry, convFilter, convInput } from './conv2d-kernels.js';
import { defineOperation } from './operation.js';
import { rectifierGradient } from './rectifier-gradient.js';

/**
 * The features of a dense block: x, f1, f2, ... one behind the other, where fi = leakyRelu(conv([x, f1, ..., f(i-1)]) + bias).
 *
 * The same as so many `conv2d` and `concat`, with a gradient that is a dense block too, run backwards: the gradient of each fi
 * is one convolution of those behind it, instead of a sum of parts of several.
 *
 * @param x `[batch, height, width, channels]`
 * @param layers of odd kernels of one size; weights `[k, k, channels + what is before, out]`, biases `[out]`
 * @param options.slope of the activations below zero, 0 to 1; default 0.2, as in ESRGAN
 * @returns `[batch, height, width, channels + all out]`
 * @throws `tensor/shape` if shapes do not fit each other, or for a layer without a bias
 * @see Huang et al., "Densely connected convolutional networks", CVPR 2017; Wang et al., "ESRGAN", ECCVW 2018, section 3.1
 * @example
 * const layer = (seen: number) => ({ weight: randomNormal([3, 3, seen, 2]), bias: randomNormal([2]) });
 * const features = denseFeatures(x, [layer(4), layer(6)]); // 8 channels
 */
export function denseFeatures(
  x: Tensor4D,
  layers: readonly LayerParameters[],
  { slope = 0.2 }: { slope?: number } = {},
): Tensor4D {
  checkShape(x, '[batch, height, width, channels]', 'denseFeatures: x');
  const kernel = layers[0]!.weight.shape[0]!;
  let channels = x.shape[3];
  for (const { weight, bias } of layers) {
    checkShape(weight, `[${kernel}, ${kernel}, ${channels}, out]`, 'denseFeatures: weight');
    if (bias === undefined) {
      throw new SrError({
        code: 'tensor/shape',
        message: 'denseFeatures: expected a bias in each layer, received none.',
      });
    }
    checkShape(bias, `[${weight.shape[3]}]`, 'denseFeatures: bias');
    channels += weight.shape[3]!;
  }
  const parameters = layers.flatMap(({ weight, bias }, i) => [
    [`weight${i}`, weight],
    [`bias${i}`, bias],
  ]);
  return operation({ x, ...Object.fromEntries(parameters) }, { slope });
}

/** `x`, and `weight` and `bias` of each layer with its number behind the word. */
type Inputs = { readonly x: Tensor4D } & Readonly<Record<string, Tensor>>;

interface Layer {
  readonly weight: Tensor4D;
  readonly bias: Tensor1D;
  /** Where in all features its own begin: behind those that it sees. */
  readonly begin: number;
  readonly channels: number;
}

const operation: (inputs: Inputs, attributes: { slope: number }) => Tensor4D = /* @__PURE__ */ defineOperation({
  name: 'sr.denseFeatures',
  forward: (inputs, { slope }) =>
    layersOf(inputs).reduce<Tensor4D>(
      (known, layer) => concat([known, conv2d(known, layer, { activation: 'leaky-relu', slope })], 3),
      inputs.x,
    ),
  gradient: (dy, inputs, { slope }, saved) => {
    // tfjs saves outputs as constants. Where the gradient is differentiated in its turn, it must depend on the inputs.
    const y = engine().state.gradientDepth > 0 ? operation(inputs, { slope }) : saved;
    const layers = layersOf(inputs);
    const widths = [inputs.x.shape[3], ...layers.map(({ channels }) => channels)];
    /** What comes through the layers from `first` on to some channels before them; `dz` is the gradient of those layers' sums. */
    const through = (first: number, begin: number, channels: number, dz: Tensor4D): Tensor4D => {
      const filters = layers.slice(first).map(({ weight }) => slice(weight, [0, 0, begin, 0], [-1, -1, channels, -1]));
      return convInput({ dy: dz, weight: concat(filters, 3) }, geometryOf(inputs));
    };
    const { direct, dz } = tidy(() => {
      // Together: slices of channels one by one take three times as long.
      const [direct, ...directs] = split(dy, widths, 3) as [Tensor4D, ...Tensor4D[]];
      const [, ...features] = split(y, widths, 3) as Tensor4D[];
      const dz = layers.reduceRight<Tensor4D | undefined>((later, { begin, channels }, i) => {
        const df: Tensor4D =
          later === undefined ? directs[i]! : add(directs[i]!, through(i + 1, begin, channels, later));
        const own = rectifierGradient({ dy: df, x: features[i]! }, { slope });
        return later === undefined ? own : concat([own, later], 3);
      }, undefined)!;
      return { direct, dz };
    });
    // At once, though each layer needs but a part of it: the filters of all channels that any of them sees.
    const { begin: seen } = layers.at(-1)!;
    const filters = convFilter(
      { x: slice(y, [0, 0, 0, 0], [-1, -1, -1, seen]), dy: dz },
      { ...geometryOf(inputs), ...kernelOf(inputs) },
    );
    const biases = biasGradient({ dy: dz }, {});
    const column = ({ begin }: Layer): number => begin - inputs.x.shape[3];
    return {
      x: () => add(direct, through(0, 0, widths[0]!, dz)),
      ...Object.fromEntries(
        layers.flatMap((layer, i) => [
          [`weight${i}`, () => slice(filters, [0, 0, 0, column(layer)], [-1, -1, layer.begin, layer.channels])],
          [`bias${i}`, () => slice(biases, column(layer), layer.channels)],
        ]),
      ),
    };
  },
});

function layersOf(inputs: Inputs): Layer[] {
  const layers: Layer[] = [];
  let begin = inputs.x.shape[3];
  for (let i = 0; `weight${i}` in inputs; i++) {
    const weight = inputs[`weight${i}`] as Tensor4D;
    layers.push({ weight, bias: inputs[`bias${i}`] as Tensor1D, begin, channels: weight.shape[3] });
    begin += weight.shape[3];
  }
  return layers;
}

/** Half the kernel on each side: the size stays. */
function geometryOf(inputs: Inputs): ConvGeometry & { height: number; width: number } {
  const [, height, width] = inputs.x.shape;
  const kernel = kernelOf(inputs);
  return { stride: 1, padding: [(kernel.height - 1) / 2, (kernel.width - 1) / 2], height, width };
}

function kernelOf({ weight0 }: Inputs): { height: number; width: number } {
  return { height: weight0!.shape[0]!, width: weight0!.shape[1]! };
}
