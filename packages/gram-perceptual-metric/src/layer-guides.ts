/** Masks of a picture as guides of a layer: one weight a position and a region. */
import {
  matMul,
  reshape,
  step,
  sub,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkShape, type FeatureGeometry, resize, SrError } from 'sr-tensor';

/**
 * - `'resize'`: the masks averaged down to the size of the layer (antialiased, bilinear);
 * - `'inside'`: 1 where the whole receptive field of a unit lies in the region, 0 elsewhere. What lies beyond the border
 *   of the picture belongs to every region.
 */
export type GuideMode = 'resize' | 'inside';

export interface LayerGuidesOptions {
  /** Of the layer's feature map. */
  height: number;
  width: number;
  /** Default `'resize'`. */
  mode?: GuideMode;
  /** Of the layer, as `encoder.geometry(layer)` gives it; needed for `'inside'`. */
  geometry?: FeatureGeometry;
}

/**
 * Guides for `guidedGramMatrices` from masks of the size of the picture.
 *
 * @param masks `[batch, height, width, regions]`, 1 inside of a region and 0 outside
 * @returns `[batch, options.height, options.width, regions]`
 * @throws `tensor/shape`, `gram/guides` if the geometry is missing
 * @see Gatys et al., "Controlling perceptual factors in neural style transfer", CVPR 2017, section 4.1: both modes
 * @example
 * const encoder = await loadAlexNet();
 * const [, height, width] = features.shape;
 * const guides = layerGuides(masks, { height, width, mode: 'inside', geometry: encoder.geometry('relu3') });
 */
export function layerGuides(masks: Tensor4D, options: LayerGuidesOptions): Tensor4D {
  const { height, width, mode = 'resize', geometry } = options;
  checkShape(masks, '[batch, height, width, regions]', 'layerGuides: masks');
  if (mode === 'resize') return resize(masks, { height, width, preset: 'pil', kernel: 'linear' });
  if (geometry === undefined) {
    throw new SrError({
      code: 'gram/guides',
      message:
        'layerGuides: expected the geometry of the layer for the mode "inside", received none. Pass encoder.geometry(layer).',
    });
  }
  return insideGuides(masks, height, width, geometry);
}

/** A unit is inside if no pixel of its field is outside: the outside pixels are counted by two matrix products. */
function insideGuides(masks: Tensor4D, height: number, width: number, geometry: FeatureGeometry): Tensor4D {
  const [batch, rows, columns, regions] = masks.shape;
  return tidy(() => {
    const outside = sub(1, masks);
    const byRow = reshape(transpose(outside, [1, 2, 0, 3]), [rows, columns * batch * regions]) as Tensor2D;
    const rowSums = matMul<Tensor2D>(fields(height, rows, geometry), byRow);
    const byColumn = reshape(transpose(reshape(rowSums, [height, columns, batch * regions]), [1, 0, 2]), [
      columns,
      height * batch * regions,
    ]) as Tensor2D;
    const counts = matMul<Tensor2D>(fields(width, columns, geometry), byColumn);
    // Masks may hold 0.999 instead of 1. Not a cast of `greater`: WebGPU's leaves integers, which `transpose` takes for floats.
    const inside = step(sub(0.5, counts));
    return transpose(reshape(inside, [width, height, batch, regions]), [2, 1, 0, 3]) as Tensor4D;
  });
}

/** `[units, pixels]`: 1 where a pixel lies in the field of a unit. */
function fields(units: number, pixels: number, { stride, receptiveField, start }: FeatureGeometry): Tensor2D {
  const first = start ?? Math.floor((stride - receptiveField) / 2);
  const values = new Float32Array(units * pixels);
  for (let unit = 0; unit < units; unit++) {
    const from = Math.max(first + unit * stride, 0);
    const to = Math.min(first + unit * stride + receptiveField, pixels);
    if (from < to) values.fill(1, unit * pixels + from, unit * pixels + to);
  }
  return tensor2d(values, [units, pixels]);
}
