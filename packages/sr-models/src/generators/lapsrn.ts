/**
 * LapSRN: a Laplacian pyramid on the luma (Lai et al., "Deep Laplacian pyramid networks for fast and accurate
 * super-resolution", CVPR 2017, section 3.1; names and layers of twtygqyy/pytorch-LapSRN, which has no biases), and
 * MS-LapSRN, whose levels share their weights and use them again and again (Lai et al., TPAMI 2019, sections 3.3 and
 * 3.4: shared source connections).
 *
 * At each level: f = features(f), image = up(image) + conv(f).
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  bilinearKernel,
  conv2d,
  conv2dTranspose,
  defineNetwork,
  kaimingNormal,
  leakyRelu,
  type Network,
  type ParameterSpec,
  type Scope,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { chain, convSpecs, radiusOf, range, transposedSpecs } from './layers.js';
import { lumaOf, withLuma } from './on-luma.js';
import { leaky } from './rrdb.js';

/** Shape of a LapSRN. */
export interface LapsrnConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Convolutions before each enlargement; default 10. */
  readonly depth?: number;
}

/** Shape of an MS-LapSRN. */
export interface MsLapsrnConfig {
  /** The enlargement, 2, 4 or 8; default 4. The weights are the same for all. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Convolutions of the block (the paper's D); default 5. */
  readonly depth?: number;
  /** How often the block is applied at each level (R); default 8. */
  readonly recursions?: number;
}

const doubled = { stride: 2, padding: 1 } as const;
const imageKernel = 4;
const sharedKernel = 3;

/**
 * LapSRN; 870,112 parameters at x4. The images of lower levels are outputs of their own: `x2`, and `x4` at x8.
 *
 * @param config scale (default 4), channels (64), depth (10)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = lapsrn({ scale: 8 });
 */
export function lapsrn(config: LapsrnConfig = {}): Network {
  checkOptions('lapsrn', config, { scale: oneOf([2, 4, 8]), channels: integerIn(1, 1024), depth: integerIn(0, 256) });
  const { scale = 4, channels = 64, depth = 10 } = config;
  const init = kaimingNormal();
  const layer = { from: channels, to: channels, init, bias: false } as const;
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_input', { ...layer, from: 1 });
  for (const level of range(Math.log2(scale)).map(i => i + 1)) {
    const block = `convt_F${level}.0.cov_block`;
    Object.assign(
      parameters,
      transposedSpecs(`convt_I${level}`, { from: 1, to: 1, size: imageKernel, init: bilinearKernel, bias: false }),
      convSpecs(`convt_R${level}`, { ...layer, to: 1 }),
    );
    for (const i of range(depth)) Object.assign(parameters, convSpecs(`${block}.${2 * i}`, layer));
    // The code starts this one bilinearly too; at 64 channels such sums explode, and the paper draws it.
    Object.assign(parameters, transposedSpecs(`${block}.${2 * depth}`, { ...layer, size: imageKernel }));
  }
  return pyramid({
    name: 'lapsrn',
    config: { scale, channels, depth },
    scale,
    parameters,
    reach: depth,
    begin: (y, p) => conv2d(y, p('conv_input'), leaky),
    features: (f, p, level) => {
      const block = p.scope(`convt_F${level}.0.cov_block`);
      return chain(f, [
        ...range(depth).map(i => (g: Tensor4D) => conv2d(g, block(String(2 * i)), leaky)),
        g => leakyRelu(conv2dTranspose(g, block(String(2 * depth)), doubled), { slope: leaky.slope }),
      ]);
    },
    image: level => `convt_I${level}`,
    detail: level => `convt_R${level}`,
  });
}

/**
 * MS-LapSRN; 222,802 parameters with the defaults, whatever the scale. Outputs as those of `lapsrn`.
 *
 * No PyTorch checkpoint is published, so that the names are this library's.
 *
 * @param config scale (default 4), channels (64), depth (5), recursions (8)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = msLapsrn({ scale: 8 });
 */
export function msLapsrn(config: MsLapsrnConfig = {}): Network {
  checkOptions('ms-lapsrn', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    depth: integerIn(1, 256),
    recursions: integerIn(1, 64),
  });
  const { scale = 4, channels = 64, depth = 5, recursions = 8 } = config;
  const layer = { from: channels, to: channels, init: kaimingNormal({ slope: leaky.slope }) } as const;
  const parameters: Record<string, ParameterSpec> = convSpecs('conv_input', { ...layer, from: 1 });
  for (const i of range(depth)) Object.assign(parameters, convSpecs(`block.${i}`, layer));
  Object.assign(
    parameters,
    transposedSpecs('up', { ...layer, size: sharedKernel }),
    convSpecs('detail', { ...layer, to: 1 }),
    transposedSpecs('image', { from: 1, to: 1, size: imageKernel, init: bilinearKernel }),
  );
  return pyramid({
    name: 'ms-lapsrn',
    config: { scale, channels, depth, recursions },
    scale,
    parameters,
    reach: depth * recursions,
    begin: (y, p) => conv2d(y, p('conv_input')),
    features: (source, p) =>
      chain(source, [
        ...range(recursions).map(
          () =>
            (f: Tensor4D): Tensor4D =>
              add(
                source,
                chain(
                  f,
                  range(depth).map(i => g => conv2d(leakyRelu(g, { slope: leaky.slope }), p(`block.${i}`))),
                ),
              ),
        ),
        f => conv2dTranspose(leakyRelu(f, { slope: leaky.slope }), p('up'), { ...doubled, outputPadding: 1 }),
      ]),
    image: () => 'image',
    detail: () => 'detail',
  });
}

interface Pyramid extends Pick<Network, 'name' | 'config' | 'scale' | 'parameters'> {
  /** How far the features of a level see before its enlargement. */
  readonly reach: number;
  begin(y: Tensor4D, p: Scope): Tensor4D;
  /** The features of a level, counted from 1, at twice the size. */
  features(f: Tensor4D, p: Scope, level: number): Tensor4D;
  /** The layers of a level that enlarge the image and that give what it lacks. */
  image(level: number): string;
  detail(level: number): string;
}

function pyramid({ reach, begin, features, image, detail, ...network }: Pyramid): Network {
  const { scale } = network;
  const levels = range(Math.log2(scale)).map(i => i + 1);
  const outputs = levels.slice(0, -1).map(level => `x${2 ** level}`);
  return defineNetwork({
    ...network,
    radius: radiusOf([
      { reach: 1 + reach },
      // Of the transposed convolution and of the convolution to the image, then of the next level's features.
      ...levels.map(level => ({ factor: 2, reach: 2 + 1 + (level === levels.length ? 0 : reach) })),
    ]),
    outputs,
    parameters: network.parameters,
    apply(x, p, context): Tensor4D {
      let y = lumaOf(x);
      let f = begin(y, p);
      for (const level of levels) {
        f = features(f, p, level);
        y = add(conv2dTranspose(y, p(image(level)), doubled), conv2d(f, p(detail(level))));
        if (level < levels.length)
          context.output?.(
            `x${2 ** level}`,
            withLuma(x, 2 ** level, () => y),
          );
      }
      return withLuma(x, scale, () => y);
    },
  });
}
