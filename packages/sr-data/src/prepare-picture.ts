/** What a data set's pictures go through before anything else: crops and sizes as data. */
import { type Picture, type ResizeKernel, type ResizePreset, SrError } from 'sr-tensor';
import { cropPicture } from './crop-picture.js';
import { resizePicture } from './resize-picture.js';

export type PreparationStep =
  | {
      /** The centre of that size. */
      readonly type: 'center';
      readonly width: number;
      readonly height: number;
    }
  | {
      /** Without the last rows and columns beyond a multiple. */
      readonly type: 'multiple';
      readonly of: number;
    }
  | {
      /** Another size, the ratio of the sides not kept. */
      readonly type: 'resize';
      readonly width: number;
      readonly height: number;
      /** Default `matlab`. */
      readonly preset?: ResizePreset;
      /** Default `cubic`. */
      readonly kernel?: ResizeKernel;
    };

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A picture after some steps, in order.
 *
 * @param options.labels true for maps of labels: sizes are changed by the nearest value (MATLAB's and Pillow's)
 * @throws `picture/crop` if a centre is larger than the picture, `resize/size`
 * @example
 * const face = preparePicture(photo, [
 *   { type: 'center', width: 178, height: 178 },
 *   { type: 'resize', width: 128, height: 128 },
 * ]);
 */
export function preparePicture(
  picture: Picture,
  steps: readonly PreparationStep[],
  { labels = false }: { labels?: boolean } = {},
): Picture {
  return steps.reduce((now, step) => {
    const size = sizeAfter(now, step);
    if (step.type === 'resize') {
      const { preset = 'matlab', kernel = 'cubic' } = step;
      return resizePicture(now, size, labels ? { kernel: 'nearest' } : { preset, kernel });
    }
    // Multiples are kept from the upper left corner, as modCrop does.
    const [left, top] =
      step.type === 'center' ? [(now.width - size.width) >> 1, (now.height - size.height) >> 1] : [0, 0];
    return cropPicture(now, { left, top, ...size });
  }, picture);
}

/**
 * The size that a picture of some size will have after the steps.
 *
 * @throws `picture/crop` as `preparePicture` would
 */
export function preparedSize(size: Size, steps: readonly PreparationStep[]): Size {
  return steps.reduce(sizeAfter, { width: size.width, height: size.height });
}

function sizeAfter({ width, height }: Size, step: PreparationStep): Size {
  const after =
    step.type === 'multiple'
      ? { width: width - (width % step.of), height: height - (height % step.of) }
      : { width: step.width, height: step.height };
  if (
    step.type !== 'resize' &&
    (after.width > width || after.height > height || Math.min(after.width, after.height) < 1)
  ) {
    const wanted = step.type === 'center' ? `${after.width} x ${after.height}` : `multiples of ${step.of}`;
    throw new SrError({
      code: 'picture/crop',
      message: `${width} x ${height} is too small for ${wanted}`,
    });
  }
  return after;
}
