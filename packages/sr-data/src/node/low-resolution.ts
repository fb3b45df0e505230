import { type Picture, SrError } from 'sr-tensor';
import { gaussianBlurKernel } from '../blur-kernel.js';
import { type Degradation, type DegradationStep, randomDegradation } from '../degradation.js';
import { resizePicture } from '../resize-picture.js';
import { degradePicture } from './degrade-picture.js';

/**
 * The low-resolution picture of a high-resolution one.
 *
 * @param picture sides that are multiples of `scale`
 * @param options.seed what a random degradation is drawn from; default 0
 * @returns a `scale`th in the depth of the input
 * @throws `data/option` if steps give another size; what `degradePicture` throws
 */
export async function lowResolution(
  picture: Picture,
  { degradation, scale, seed = 0 }: { degradation: Degradation; scale: number; seed?: number },
): Promise<Picture> {
  if (degradation.kind === 'bicubic' || degradation.kind === 'lanczos') {
    const { kind, preset, antialias } = degradation;
    return resizePicture(picture, target(picture, scale), {
      kernel: kind === 'bicubic' ? 'cubic' : 'lanczos',
      ...(preset && { preset }),
      ...(antialias !== undefined && { antialias }),
    });
  }
  const small = await degradePicture(picture, stepsOf(degradation, picture, scale, seed));
  const { width, height } = target(picture, scale);
  if (small.width === width && small.height === height) return small;
  throw new SrError({
    code: 'data/option',
    message: `The steps of the degradation: expected ${width} x ${height} from ${picture.width} x ${picture.height} at scale ${scale}, received ${small.width} x ${small.height}.`,
  });
}

type Chain = Exclude<Degradation, { kind: 'bicubic' | 'lanczos' }>;

function stepsOf(chain: Chain, picture: Picture, scale: number, seed: number): readonly DegradationStep[] {
  switch (chain.kind) {
    case 'blur-bicubic': {
      // Four deviations to each side, where SciPy and most others cut a Gaussian off.
      const { sigma = 1, size = 2 * Math.round(4 * sigma) + 1, preset = 'matlab' } = chain;
      return [
        { type: 'blur', kernel: gaussianBlurKernel({ size, sigma }) },
        { type: 'resize', to: target(picture, scale), preset },
      ];
    }
    case 'random': {
      const { width, height } = picture;
      return randomDegradation({ width, height, scale, seed, ...(chain.order && { order: chain.order }) });
    }
    case 'steps':
      return chain.steps;
  }
}

function target({ width, height }: Picture, scale: number): { width: number; height: number } {
  return { width: width / scale, height: height / scale };
}
