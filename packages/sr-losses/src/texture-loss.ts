/**
 * The texture loss of TSRN (Gondal et al. 2018): the style loss between a prediction and its own target.
 *
 *   paper, equation 1:  sum over layers l of sum (F F' - P P')^2 / (4 N^2 M^2), the mean over the batch
 *   code:               sum over layers l of mean (F F' / (N M) - P P' / (N M))^2 = equation 1 times 4 / N^2
 *
 * | preset | layers of VGG-19 |
 * |---|---|
 * | `paper` | relu2_2, relu3_4, relu4_4, relu5_2 (written conv2_2 and so on) |
 * | `code` | relu2_2, relu3_4, relu4_4, relu5_4 |
 *
 * Both looked at RGB in [0, 1] without a mean taken off: `loadVgg19({ preprocessing: 'none' })`.
 */
import type { Encoder } from 'sr-tensor';
import { checkChoice } from './check-choice.js';
import { type EncoderLoss, encoderLoss, type LayerWeights, layerWeights } from './encoder-loss.js';
import { gramTerms } from './gram-loss.js';

export type TexturePreset = keyof typeof presets;

export interface TextureLossOptions<Layer extends string> {
  /** The network that looks at both images; it stays the caller's, and decides the preprocessing. */
  encoder: Encoder<Layer>;
  /** Default `'paper'`. */
  preset?: TexturePreset;
  /** Instead of the preset's; a weight is 1 unless it is given, `{ relu2_2: 1, relu3_4: 0.5 }`. */
  layers?: LayerWeights<Layer>;
}

const presets = {
  paper: { layers: ['relu2_2', 'relu3_4', 'relu4_4', 'relu5_2'], reduction: 'gatys' },
  code: { layers: ['relu2_2', 'relu3_4', 'relu4_4', 'relu5_4'], reduction: 'mean' },
} as const;

/**
 * The texture loss of TSRN; `masked(textureLoss(...))` is its segment-guided form (TSRN-S, equation 4), whose seven masks
 * `segmentMasks` of `sr-data` makes from a label map.
 *
 * @param options see `TextureLossOptions`
 * @returns a loss of two `[batch, height, width, 3]` of one shape. `loss.prepare(target)` computes the target's matrices
 *   once
 * @throws `losses/preset`, `losses/layers`; the loss: `tensor/shape`, and what the encoder throws (`layer/unknown`)
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV
 *   Workshops 2018, equations 1 and 4
 * @example
 * const encoder = await loadVgg19({ preprocessing: 'none' });
 * const loss = weighted({ pixel: [0.01, l1()], texture: [1, textureLoss({ encoder })] });
 * const guided = masked(textureLoss({ encoder }));
 * const value = guided(prediction, target, masks); // a scalar tensor
 */
export function textureLoss<Layer extends string>(options: TextureLossOptions<Layer>): EncoderLoss {
  const { preset = 'paper' } = options;
  checkChoice('textureLoss', 'preset', preset, presets);
  const { layers, reduction } = presets[preset];
  return encoderLoss({
    name: 'textureLoss',
    encoder: options.encoder as unknown as Encoder,
    weights: layerWeights('textureLoss', options.layers, { layers, weight: () => 1 }),
    ...gramTerms({ normalization: 'johnson', reduction }),
    anySize: false,
  });
}
