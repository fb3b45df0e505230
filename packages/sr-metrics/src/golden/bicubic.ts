/** Bicubic enlargement on benchmark pictures, whose PSNR and SSIM are published. */
import { basename } from 'node:path';
import { modCrop, resizePicture, toBitDepth } from 'sr-data';
import { findPictures, readPicture } from 'sr-data/node';
import { type EvaluationPair, evaluate } from '../evaluate.js';
import { withOptions } from '../metric.js';
import { psnr } from '../psnr.js';
import { ssim } from '../ssim.js';

export interface BicubicScores {
  psnr: number;
  ssim: number;
  downsample: number;
  /** PSNR and SSIM by the number in the name of the file. */
  pictures: Map<number, { psnr: number; ssim: number }>;
}

/**
 * Means over a folder of `*_HR.png`, whose pictures are cropped to multiples of the scale, made smaller as by MATLAB's
 * imresize and enlarged again in doubles, each time rounded once at the end; luma, cropped by the scale.
 *
 * @param options.quantize whether the small pictures are rounded to 8 bits
 */
export async function scoreBicubic(
  folder: string,
  { scale, quantize = true }: { scale: number; quantize?: boolean },
): Promise<BicubicScores> {
  const options = { channel: 'y', cropBorder: scale, quantize: true } as const;
  const { rows, mean } = await evaluate(pairs(folder, scale, quantize), [
    withOptions(psnr, options),
    withOptions(ssim, options),
    withOptions(ssim, { ...options, preset: 'downsample' }, { name: 'downsample' }),
  ]);
  const pictures = rows.map(({ name, values: { psnr = Number.NaN, ssim = Number.NaN } }) => {
    return [Number(/\d+/.exec(name)![0]), { psnr, ssim }] as const;
  });
  return { psnr: mean.psnr!, ssim: mean.ssim!, downsample: mean.downsample!, pictures: new Map(pictures) };
}

async function* pairs(folder: string, scale: number, quantize: boolean): AsyncGenerator<EvaluationPair> {
  for (const path of await findPictures(folder)) {
    if (!path.endsWith('_HR.png')) continue;
    const reference = modCrop(await readPicture(path), { scale });
    const exact = resizePicture(reference, { scale: 1 / scale }, { quantize: false });
    const small = quantize ? toBitDepth(exact, 8) : exact;
    const enlarged = resizePicture(small, { scale }, { quantize: false });
    yield { name: basename(path), result: enlarged, reference };
  }
}
