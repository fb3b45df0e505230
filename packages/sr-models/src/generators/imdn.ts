/**
 * IMDN: information multi-distillation (Hui et al., "Lightweight image super-resolution with information
 * multi-distillation network", ACM MM 2019, sections 3.1 and 3.2; layers and names of the authors' PyTorch code).
 *
 * A block keeps a quarter of the channels after each of three convolutions and refines the rest; what was kept is
 * weighed by channel (contrast-aware attention: mean and deviation over the picture) and joined. All blocks' results
 * are fused and shuffled to the large picture.
 */
import { add, concat, mean, mul, sigmoid, slice, sqrt, square, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { conv2d, defineNetwork, type Network, type ParameterSpec, type Scope } from 'sr-tensor';
import { checkOptions, integerIn } from '../config.js';
import { chain, convSpecs, range, subPixelConv } from './layers.js';

/** Shape of an IMDN. */
export interface ImdnConfig {
  /** The enlargement, 1 to 8; default 4. */
  readonly scale?: number;
  /** A multiple of 16; default 64. */
  readonly channels?: number;
  /** Distillation blocks; default 6. */
  readonly blocks?: number;
}

// Of the authors' code.
const leaky = { activation: 'leaky-relu', slope: 0.05 } as const;
const attentionReduction = 16;

/**
 * IMDN; 715,176 parameters with the defaults. Its attention takes the mean over the picture, so that tiles equal the
 * whole only nearly.
 *
 * @param config scale (default 4), channels (64), blocks (6)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = imdn({ scale: 4 });
 */
export function imdn(config: ImdnConfig = {}): Network {
  checkOptions('imdn', config, {
    scale: integerIn(1, 8),
    channels: value => (integerIn(16, 1024)(value) || (value as number) % 16 !== 0 ? 'a multiple of 16' : undefined),
    blocks: integerIn(1, 64),
  });
  const { scale = 4, channels = 64, blocks = 6 } = config;
  const names = range(blocks).map(i => `IMDB${i + 1}`);
  const kept = channels / 4;
  const parameters: Record<string, ParameterSpec> = convSpecs('fea_conv', { from: 3, to: channels });
  for (const name of names) {
    Object.assign(
      parameters,
      convSpecs(`${name}.c1`, { from: channels, to: channels }),
      convSpecs(`${name}.c2`, { from: channels - kept, to: channels }),
      convSpecs(`${name}.c3`, { from: channels - kept, to: channels }),
      convSpecs(`${name}.c4`, { from: channels - kept, to: kept }),
      convSpecs(`${name}.c5`, { from: channels, to: channels, size: 1 }),
      convSpecs(`${name}.cca.conv_du.0`, { from: channels, to: channels / attentionReduction, size: 1 }),
      convSpecs(`${name}.cca.conv_du.2`, { from: channels / attentionReduction, to: channels, size: 1 }),
    );
  }
  Object.assign(
    parameters,
    convSpecs('c.0', { from: channels * blocks, to: channels, size: 1 }),
    convSpecs('LR_conv', { from: channels, to: channels }),
    convSpecs('upsampler.0', { from: channels, to: 3 * scale ** 2 }),
  );

  return defineNetwork({
    name: 'imdn',
    config: { scale, channels, blocks },
    scale,
    parameters,
    apply(x, p): Tensor4D {
      const first = conv2d(x, p('fea_conv'));
      const results: Tensor4D[] = [];
      for (const name of names) {
        results.push(tidy(() => distill(results.at(-1) ?? first, p.scope(name), kept)));
      }
      const features = chain(first, [
        () => conv2d(concat(results, 3), p('c.0'), leaky),
        fused => add(conv2d(fused, p('LR_conv')), first),
      ]);
      return subPixelConv(features, p('upsampler.0'), { factor: scale });
    },
  });
}

function distill(x: Tensor4D, p: Scope, kept: number): Tensor4D {
  const distilled: Tensor4D[] = [];
  let rest = x;
  for (const layer of ['c1', 'c2', 'c3']) {
    const features = conv2d(rest, p(layer), leaky);
    distilled.push(slice(features, [0, 0, 0, 0], [-1, -1, -1, kept]));
    rest = slice(features, [0, 0, 0, kept], [-1, -1, -1, -1]);
  }
  const joined: Tensor4D = concat([...distilled, conv2d(rest, p('c4'))], 3);
  return add(x, conv2d(attend(joined, p.scope('cca.conv_du')), p('c5')));
}

/** Weighs channels by their mean and deviation over the picture. */
function attend(x: Tensor4D, p: Scope): Tensor4D {
  const average = mean<Tensor4D>(x, [1, 2], true);
  // The constant keeps the derivative finite where a channel is constant; it does not show elsewhere.
  const deviation = sqrt(add(mean<Tensor4D>(square(sub(x, average)), [1, 2], true), 1e-12));
  const hidden = conv2d(add(deviation, average), p('0'), { activation: 'relu' });
  return mul(x, sigmoid(conv2d(hidden, p('2'))));
}
