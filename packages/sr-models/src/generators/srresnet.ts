/**
 * SRResNet, the generator of SRGAN (Ledig et al., "Photo-realistic single image super-resolution using a generative
 * adversarial network", CVPR 2017, section 2.1.1 and figure 4; names of leftthomas/SRGAN).
 *
 *   f = prelu(conv9(x)); b = blocks(f), each x + bn(conv(prelu(bn(conv(x))))); y = conv9(up(f + bn(conv(b))))
 */
import { add, mul, type Tensor1D, type Tensor4D, tanh, tidy } from '@tensorflow/tfjs-core';
import {
  batchNormLayer,
  batchNormSpecs,
  conv2d,
  defineNetwork,
  type Network,
  type ParameterSpec,
  prelu,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { convSpecs, preluSpecs, radiusOf, range, subPixelConv } from './layers.js';

/** Shape of an SRResNet. */
export interface SrresnetConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 16, 5 in leftthomas/SRGAN. */
  readonly blocks?: number;
  /** `linear` (default), or `tanh`: (tanh(y) + 1) / 2 as in leftthomas/SRGAN. */
  readonly output?: 'linear' | 'tanh';
}

/**
 * SRResNet with batch norm and one PReLU slope for all channels; 1,549,462 parameters (and the running statistics of
 * its batch norms) with the defaults.
 *
 * @param config scale (default 4), channels (64), blocks (16), output (`linear`)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = srresnet({ blocks: 5, output: 'tanh' });
 */
export function srresnet(config: SrresnetConfig = {}): Network {
  checkOptions('srresnet', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
    output: oneOf(['linear', 'tanh']),
  });
  const { scale = 4, channels = 64, blocks = 16, output = 'linear' } = config;
  const stages = Math.log2(scale);
  const body = range(blocks).map(i => `block${i + 2}`);
  const [trunk, up] = [`block${blocks + 2}`, `block${blocks + 3}`];
  const parameters: Record<string, ParameterSpec> = {
    ...convSpecs('block1.0', { from: 3, to: channels, size: 9 }),
    ...preluSpecs('block1.1'),
  };
  for (const block of body) {
    Object.assign(
      parameters,
      convSpecs(`${block}.conv1`, { from: channels, to: channels }),
      batchNormSpecs(`${block}.bn1`, channels),
      preluSpecs(`${block}.prelu`),
      convSpecs(`${block}.conv2`, { from: channels, to: channels }),
      batchNormSpecs(`${block}.bn2`, channels),
    );
  }
  Object.assign(
    parameters,
    convSpecs(`${trunk}.0`, { from: channels, to: channels }),
    batchNormSpecs(`${trunk}.1`, channels),
  );
  for (const i of range(stages)) {
    Object.assign(
      parameters,
      convSpecs(`${up}.${i}.conv`, { from: channels, to: 4 * channels }),
      preluSpecs(`${up}.${i}.prelu`),
    );
  }
  Object.assign(parameters, convSpecs(`${up}.${stages}`, { from: channels, to: 3, size: 9 }));

  return defineNetwork({
    name: 'srresnet',
    config: { scale, channels, blocks, output },
    scale,
    radius: radiusOf([
      { reach: 4 + 2 * blocks + 1 + 1 },
      ...range(stages).map(i => ({ factor: 2, reach: i === stages - 1 ? 4 : 1 })),
    ]),
    parameters,
    apply(x, p, context): Tensor4D {
      const slope = (name: string): Tensor1D => p.get(`${name}.weight`) as Tensor1D;
      // New running statistics outlive a block, so that in training nothing is freed before the end.
      const step = context.mode === 'inference' ? tidy<Tensor4D> : (run: () => Tensor4D): Tensor4D => run();
      const first = conv2d(x, p('block1.0'), { activation: 'prelu', slope: slope('block1.1') });
      let features = first;
      for (const block of body) {
        features = step(() => {
          const hidden = prelu(
            batchNormLayer(conv2d(features, p(`${block}.conv1`)), p, `${block}.bn1`, context),
            slope(`${block}.prelu`),
          );
          return add(features, batchNormLayer(conv2d(hidden, p(`${block}.conv2`)), p, `${block}.bn2`, context));
        });
      }
      features = step(() => add(first, batchNormLayer(conv2d(features, p(`${trunk}.0`)), p, `${trunk}.1`, context)));
      for (const i of range(stages)) {
        const name = `${up}.${i}`;
        features = step(() =>
          subPixelConv(features, p(`${name}.conv`), {
            factor: 2,
            activation: 'prelu',
            slope: slope(`${name}.prelu`),
          }),
        );
      }
      const image = conv2d(features, p(`${up}.${stages}`));
      return output === 'linear' ? image : mul(add(tanh(image), 1), 0.5);
    },
  });
}
