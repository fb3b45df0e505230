import { tidy } from '@tensorflow/tfjs-core';
import { psnr } from 'sr-metrics';
import { type Model, type Picture, pictureToTensor, runNetwork, tensorToPicture } from 'sr-tensor';
import type { ValidationScore } from './train-steps.js';

/** A picture and what enlarging it should give. */
export interface ValidationPair {
  readonly name: string;
  readonly input: Picture;
  readonly target: Picture;
}

export interface PictureScores extends ValidationScore {
  /** The mean of the pictures' values, in decibels. */
  readonly psnr: number;
  readonly pictures: readonly { readonly name: string; readonly psnr: number; readonly result: Picture }[];
}

/**
 * A validation: enlarges every picture and measures it by PSNR on Y, leaving out `scale` pixels at each border.
 *
 * @param pairs of pictures that are not trained on
 * @returns for `trainSteps`
 */
export function validateOn(pairs: readonly ValidationPair[]): (model: Model) => Promise<PictureScores> {
  return async model => {
    const pictures: PictureScores['pictures'][number][] = [];
    for (const { name, input, target } of pairs) {
      const result = await enlarge(model, input);
      const [decibels] = await psnr(result, target, { channel: 'y', cropBorder: model.network.scale });
      pictures.push({ name, psnr: decibels!, result });
    }
    return { psnr: pictures.reduce((sum, picture) => sum + picture.psnr, 0) / pictures.length, pictures };
  };
}

async function enlarge(model: Model, picture: Picture): Promise<Picture> {
  const input = pictureToTensor(picture);
  const output = tidy(() => runNetwork(model, input).output);
  try {
    return await tensorToPicture(output);
  } finally {
    input.dispose();
    output.dispose();
  }
}
