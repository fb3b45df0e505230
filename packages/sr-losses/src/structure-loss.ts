import { sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { type EncoderLoss, encoderLoss } from './encoder-loss.js';
import { type Norm, normOf, norms } from './norm.js';

export interface StructureLossOptions<Layer extends string> {
  /** The frozen extractor; one that was trained by `contextPredictionLoss` or `jigsawLoss`, or any other encoder. */
  readonly encoder: Encoder<Layer>;
  /** Default: the encoder's last. */
  readonly layer?: Layer;
  /** `'l1'` (default) or `'l2'`, means over all elements; the paper's norm is not known. */
  readonly norm?: Norm;
}

/**
 * The structure-feature loss of SPSR-P and SPSR-J: the distance of the features of a structure extractor.
 *
 * norm(F(prediction) - F(target)). Its adversarial partner is `adversarialLoss` with `view: images => encoder(images, ...)`.
 *
 * @returns a loss of two `[batch, height, width, 3]`; it throws `tensor/shape` if their shapes differ. `loss.prepare(target)`
 *   computes the target's features once
 * @throws `losses/norm` for an unknown norm
 * @see Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, equation 14
 * @example
 * const loss = weighted({ pixel: [0.01, l1()], structure: [1, structureLoss({ encoder: extractor })] });
 */
export function structureLoss<Layer extends string>({
  encoder,
  layer = encoder.layers.at(-1)!,
  norm = 'l1',
}: StructureLossOptions<Layer>): EncoderLoss {
  checkChoice('structureLoss', 'norm', norm, norms);
  return encoderLoss({
    name: 'structureLoss',
    encoder: encoder as unknown as Encoder,
    weights: new Map([[layer, 1]]),
    describe: (features): Tensor => features,
    compare: (prediction, target) => normOf(sub(prediction, target), norm),
    anySize: false,
  });
}
