/**
 * The super-resolution network of perceptual losses (Johnson et al., "Perceptual losses for real-time style transfer and
 * super-resolution", ECCV 2016, supplement, table 2): residual blocks at the small size, then transposed convolutions.
 *
 * Inside, colours are in [0, 255] less the mean that VGG's authors subtract.
 */
import { add, mul, relu, sub, type Tensor4D, tanh, tensor1d, tidy } from '@tensorflow/tfjs-core';
import {
  batchNormLayer,
  batchNormSpecs,
  conv2d,
  conv2dTranspose,
  defineNetwork,
  type Network,
  type ParameterSpec,
} from 'sr-tensor';
import { checkOptions, integerIn, oneOf } from '../config.js';
import { convSpecs, radiusOf, range, transposedSpecs } from './layers.js';

/** Shape of a network of Johnson et al. */
export interface JohnsonSrConfig {
  /** The enlargement, 2, 4 or 8; default 4. */
  readonly scale?: number;
  /** Default 64. */
  readonly channels?: number;
  /** Residual blocks; default 4. */
  readonly blocks?: number;
  /** `code` (default): 150 tanh(y) + mean, as the released code; `paper`: tanh scaled to [0, 255]. */
  readonly output?: 'code' | 'paper';
}

/** Of ImageNet as the VGG networks take it: red, green, blue in [0, 255]. */
const meanColour = [123.68, 116.779, 103.939];

/**
 * Johnson's network; 401,859 parameters (and running statistics) at x4, 438,915 at x8.
 *
 * No PyTorch checkpoint is published; the names follow PyTorch's example network of the same authors' style transfer.
 *
 * @param config scale (default 4), channels (64), blocks (4), output (`code`)
 * @returns a network from `[batch, height, width, 3]` to `[batch, height * scale, width * scale, 3]`
 * @throws `network/config` if a value of the config is out of its range
 * @example
 * const network = johnsonSr({ scale: 8 });
 */
export function johnsonSr(config: JohnsonSrConfig = {}): Network {
  checkOptions('johnson-sr', config, {
    scale: oneOf([2, 4, 8]),
    channels: integerIn(1, 1024),
    blocks: integerIn(0, 256),
    output: oneOf(['code', 'paper']),
  });
  const { scale = 4, channels = 64, blocks = 4, output = 'code' } = config;
  const ups = range(Math.log2(scale)).map(i => `deconv${i + 1}`);
  const parameters: Record<string, ParameterSpec> = {
    ...convSpecs('conv1', { from: 3, to: channels, size: 9 }),
    ...batchNormSpecs('bn1', channels),
  };
  for (const i of range(blocks)) {
    for (const layer of [1, 2]) {
      Object.assign(
        parameters,
        convSpecs(`res${i + 1}.conv${layer}`, { from: channels, to: channels }),
        batchNormSpecs(`res${i + 1}.bn${layer}`, channels),
      );
    }
  }
  for (const up of ups) {
    Object.assign(
      parameters,
      transposedSpecs(`${up}.conv`, { from: channels, to: channels }),
      batchNormSpecs(`${up}.bn`, channels),
    );
  }
  Object.assign(parameters, convSpecs('conv2', { from: channels, to: 3, size: 9 }));

  return defineNetwork({
    name: 'johnson-sr',
    config: { scale, channels, blocks, output },
    scale,
    radius: radiusOf([
      { reach: 4 + 2 * blocks },
      // A transposed convolution sees a pixel further at its large size.
      ...ups.map((_, i) => ({ factor: 2, reach: 1 + (i === ups.length - 1 ? 4 : 0) })),
    ]),
    parameters,
    apply(x, p, context): Tensor4D {
      // New running statistics outlive a block, so that in training nothing is freed before the end.
      const step = context.mode === 'inference' ? tidy<Tensor4D> : (run: () => Tensor4D): Tensor4D => run();
      const norm = (f: Tensor4D, name: string): Tensor4D => batchNormLayer(f, p, name, context);
      const mean = tensor1d(meanColour);
      let features = step(() => relu(norm(conv2d(sub(mul(x, 255), mean), p('conv1')), 'bn1')));
      for (const i of range(blocks)) {
        const block = `res${i + 1}`;
        features = step(() => {
          const hidden = relu(norm(conv2d(features, p(`${block}.conv1`)), `${block}.bn1`));
          return add(features, norm(conv2d(hidden, p(`${block}.conv2`)), `${block}.bn2`));
        });
      }
      for (const up of ups) {
        features = step(() => {
          const large = conv2dTranspose(features, p(`${up}.conv`), { stride: 2, padding: 1, outputPadding: 1 });
          return relu(norm(large, `${up}.bn`));
        });
      }
      const y = tanh(conv2d(features, p('conv2')));
      return output === 'code' ? mul(add(mul(y, 150), mean), 1 / 255) : mul(add(y, 1), 0.5);
    },
  });
}
