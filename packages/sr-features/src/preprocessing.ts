/**
 * What a network's training did to its pictures, applied to RGB in [0, 1].
 */
import { add, mul, reverse, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';

/**
 * | name | what the network sees |
 * |---|---|
 * | `torchvision` | RGB, (x - mean) / deviation of ImageNet |
 * | `lpips` | RGB, the scaling layer of LPIPS v0.1: (2x - 1 - shift) / scale, nearly the same |
 * | `signed` | RGB, 2x - 1: LPIPS v0.0, and torchvision's GoogLeNet |
 * | `caffe` | BGR, 255x minus the mean of the network's Caffe model |
 * | `none` | RGB in [0, 1] |
 */
export type Preprocessing = 'torchvision' | 'lpips' | 'signed' | 'caffe' | 'none';

type Triple = readonly [number, number, number];

/** torchvision.transforms._presets.ImageClassification. */
const imagenetMean: Triple = [0.485, 0.456, 0.406];
const imagenetDeviation: Triple = [0.229, 0.224, 0.225];

/** lpips.py, class ScalingLayer: for pictures in [-1, 1]. */
const lpipsShift: Triple = [-0.03, -0.088, -0.188];
const lpipsScale: Triple = [0.458, 0.448, 0.45];

/**
 * Turns pictures into what a network was trained on.
 *
 * @param images `[batch, height, width, 3]`, RGB in [0, 1]
 * @param caffeMean blue, green, red, 0 to 255
 */
export function preprocess(images: Tensor4D, preprocessing: Preprocessing, caffeMean: Triple): Tensor4D {
  switch (preprocessing) {
    case 'none':
      return images.clone();
    case 'signed':
      return affine(images, [2, 2, 2], [-1, -1, -1]);
    case 'torchvision':
      return affine(
        images,
        map(deviation => 1 / deviation, imagenetDeviation),
        map((deviation, i) => -imagenetMean[i]! / deviation, imagenetDeviation),
      );
    case 'lpips':
      return affine(
        images,
        map(scale => 2 / scale, lpipsScale),
        map((scale, i) => (-1 - lpipsShift[i]!) / scale, lpipsScale),
      );
    case 'caffe':
      return tidy(() =>
        affine(
          reverse(images, 3),
          [255, 255, 255],
          map(mean => -mean, caffeMean),
        ),
      );
  }
}

function affine(x: Tensor4D, factor: Triple, offset: Triple): Tensor4D {
  return tidy(() => add(mul(x, tensor1d([...factor])), tensor1d([...offset])));
}

function map(f: (value: number, index: number) => number, values: Triple): Triple {
  return values.map(f) as unknown as Triple;
}
