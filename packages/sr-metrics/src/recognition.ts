/**
 * Object recognition as a proxy for quality (TSRN, ECCV 2018, section 4.1; after EnhanceNet): photos are made smaller, enlarged
 * by each method, and shown to a classifier; what counts is how much of the recognition of the originals is kept.
 *
 * The paper does not say how it crops. Here, as usual: the shorter side becomes 256 pixels (Pillow, linear), the middle
 * 224 x 224 is the original; MATLAB's bicubic makes it `scale` times smaller.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { cropPicture, resizePicture } from 'sr-data';
import { type Picture, pictureToTensor, SrError, throwIfAborted } from 'sr-tensor';

/** A photo of which is known what it shows. */
export interface LabelledPhoto {
  readonly picture: Picture;
  /** The index of its class, as the classifier counts. */
  readonly label: number;
}

export interface RecognitionOptions {
  /** As `createClassifier` of `sr-features` makes it: gives the best guesses for each picture, the best first. */
  classifier: { classify(images: Tensor4D, options: { top: number }): Promise<{ readonly index: number }[][]> };
  /** Gives from a small picture one `scale` times as large, by the name of the method. */
  methods: Readonly<Record<string, (small: Picture) => Picture | Promise<Picture>>>;
  /** Default 4. */
  scale?: number;
  /** The shorter side before the crop. Default 256. */
  resizeTo?: number;
  /** The side of the square in the middle; a multiple of the scale. Default 224. */
  cropTo?: number;
  signal?: AbortSignal;
  /** Called after each photo. */
  onProgress?: (done: number) => void;
}

export interface RecognitionScore {
  /** The share of photos whose class is the first guess, 0 to 1. */
  readonly top1: number;
  /** Among the first five. */
  readonly top5: number;
  readonly n: number;
}

/**
 * Top-1 and top-5 accuracy of a classifier on photos as they are and after each method.
 *
 * @param photos an iterable or async iterable; none is kept
 * @returns by the name of the method; `original` before anything is done to the photos
 * @throws `metrics/pairs` if there are no photos, `metrics/option` for a crop that is no multiple of the scale or a method
 *   called `original`, `picture/size` if a method gives another size; what the classifier throws; `aborted`
 * @example
 * const classifier = { classify: async () => [[{ index: 7 }]] }; // or one of sr-features
 * const scores = await scoreRecognition([{ picture: photo, label: 7 }], {
 *   classifier,
 *   methods: { bicubic: small => resizePicture(small, { scale: 4 }), ours: small => upscaler.upscale(small) },
 * });
 * const { original, bicubic, ours } = scores;
 */
export async function scoreRecognition(
  photos: Iterable<LabelledPhoto> | AsyncIterable<LabelledPhoto>,
  { classifier, methods, scale = 4, resizeTo = 256, cropTo = 224, signal, onProgress }: RecognitionOptions,
): Promise<Record<string, RecognitionScore>> {
  if (!Number.isInteger(cropTo / scale) || 'original' in methods) {
    throw new SrError({
      code: 'metrics/option',
      message: `scoreRecognition: expected cropTo to be a multiple of scale and no method called "original", received ${cropTo}, ${scale} and ${Object.keys(methods).join(', ')}.`,
    });
  }
  const all: Record<string, RecognitionOptions['methods'][string] | undefined> = { original: undefined, ...methods };
  const hits = new Map(Object.keys(all).map(name => [name, { top1: 0, top5: 0 }]));
  let n = 0;
  for await (const { picture, label } of photos) {
    const original = middleOf(picture, resizeTo, cropTo);
    const small = resizePicture(original, { scale: 1 / scale });
    for (const [name, method] of Object.entries(all)) {
      throwIfAborted(signal);
      const shown = method === undefined ? original : await method(small);
      if (shown.width !== cropTo || shown.height !== cropTo) {
        throw new SrError({
          code: 'picture/size',
          message: `scoreRecognition: expected ${cropTo} x ${cropTo} pixels from "${name}", received ${shown.width} x ${shown.height}.`,
        });
      }
      const rank = await rankOf(label, shown, classifier);
      const found = hits.get(name)!;
      if (rank === 0) found.top1++;
      if (rank >= 0) found.top5++;
    }
    n++;
    onProgress?.(n);
  }
  if (n === 0) {
    throw new SrError({ code: 'metrics/pairs', message: 'scoreRecognition: expected photos, received none.' });
  }
  return Object.fromEntries([...hits].map(([name, { top1, top5 }]) => [name, { top1: top1 / n, top5: top5 / n, n }]));
}

/** Where the class is among the first five guesses, from 0; -1: not there. */
async function rankOf(label: number, picture: Picture, classifier: RecognitionOptions['classifier']): Promise<number> {
  const images = pictureToTensor(picture);
  try {
    const [guesses] = await classifier.classify(images, { top: 5 });
    return guesses!.slice(0, 5).findIndex(({ index }) => index === label);
  } finally {
    images.dispose();
  }
}

/** torchvision's Resize and CenterCrop. */
function middleOf(picture: Picture, resizeTo: number, cropTo: number): Picture {
  const { width, height } = picture;
  const factor = resizeTo / Math.min(width, height);
  const target = { width: Math.trunc(width * factor), height: Math.trunc(height * factor) };
  // The shorter side is exact whatever the rounding of the factor.
  if (width <= height) target.width = resizeTo;
  if (height <= width) target.height = resizeTo;
  const resized = resizePicture(picture, target, { preset: 'pil', kernel: 'linear' });
  return cropPicture(resized, {
    left: Math.round((resized.width - cropTo) / 2),
    top: Math.round((resized.height - cropTo) / 2),
    width: cropTo,
    height: cropTo,
  });
}
