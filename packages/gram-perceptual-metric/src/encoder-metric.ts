/**
 * What the Gram distance and the feature distance share: distances of two pictures, layer by layer of an encoder.
 *
 * The sums over layers and regions are taken in doubles.
 */
import {
  addN,
  any,
  cast,
  clipByValue,
  concat,
  dispose,
  mean,
  mul,
  notEqual,
  reshape,
  type Scalar,
  slice,
  stack,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  checkImages,
  checkRange,
  checkSameShape,
  type DifferentiableMetric,
  defineMetric,
  type Encoder,
  type Images,
  type MetricInfo,
  nativeBackend,
  type Picture,
  pictureToTensor,
  SrError,
} from 'sr-tensor';
import { type GuideMode, layerGuides } from './layer-guides.js';

/** Regions of a picture: a grey picture each (white inside), or `[1 or batch, height, width, regions]` in [0, 1]. */
export type Regions = readonly Picture[] | Tensor4D;

export interface MaskOptions {
  /**
   * Compares region by region: of both pictures the same regions, or of each its own, as many and in the same order. The
   * distance is the sum over the regions. Default: the whole picture.
   */
  masks?: Regions | { readonly result: Regions; readonly reference: Regions };
  /** How masks reach a layer. Default `'resize'`. */
  guides?: GuideMode;
}

export interface MeasureOptions extends MaskOptions {
  /** Refuses NaN and values outside [0, 1] instead of clipping. Default false, since it reads every value. */
  checkRange?: boolean;
}

/** A distance with what it is made of. */
export interface DistanceReport {
  readonly distance: number;
  /** The distance in each layer; they add up to the whole. */
  readonly layers: Readonly<Record<string, number>>;
  /** With masks: the distance in each region of each layer. */
  readonly regions?: Readonly<Record<string, readonly number[]>>;
}

/** A metric over the features of an encoder, which stays the caller's. */
export interface EncoderMetric<Options extends object = MeasureOptions>
  extends DifferentiableMetric<Options, MaskOptions> {
  readonly layers: readonly string[];
  /** The distance of each pair and what it is made of. */
  report(result: Images, reference: Images, options?: Options): Promise<DistanceReport[]>;
}

export interface LayerComparison {
  /** What is kept of the features `[batch, height, width, channels]` of a layer: one description a picture. */
  describe(features: Tensor4D, guides: Tensor4D | undefined): Tensor;
  /** `[batch, regions]` (one region without guides) from two descriptions, and the guides of the reference. */
  compare(result: Tensor, reference: Tensor, guides: Tensor4D | undefined): Tensor2D;
  /** Whether pictures of one size only can be compared. */
  readonly sameSize: boolean;
}

/** Builds the metric from the comparison of one layer. */
export function encoderMetric(
  encoder: Encoder,
  layers: readonly string[],
  comparison: LayerComparison,
  info: Pick<MetricInfo, 'name' | 'range' | 'reference'>,
): EncoderMetric {
  const { name } = info;

  /** `[batch, regions]` for each layer. */
  const distances = (a: Tensor4D, b: Tensor4D, masks: MaskPair | undefined): Tensor2D[] => {
    const describe = (images: Tensor4D, regions: Tensor4D | undefined): [Tensor, Tensor4D | undefined][] => {
      const features = encoder(images, { layers });
      return layers.map(layer => {
        const [, height, width] = features[layer]!.shape;
        const geometry = encoder.geometry(layer);
        const guides = regions && layerGuides(regions, { height, width, mode: masks!.guides, geometry });
        return [comparison.describe(features[layer]!, guides), guides];
      });
    };
    const [x, y] = [describe(a, masks?.result), describe(b, masks?.reference)];
    return x.map(([description], i) => comparison.compare(description, ...y[i]!));
  };

  /**
   * The same of whole pictures of one size in one pass of the network, which on native TensorFlow takes up to a quarter
   * less time. Threads share that work, and features of equal pictures can differ in their last bits: such pairs are
   * found by their pixels.
   */
  const distancesAtOnce = (a: Tensor4D, b: Tensor4D): Tensor2D[] => {
    const batch = a.shape[0];
    const features = encoder(concat([a, b]), { layers });
    const differs = cast(any(notEqual(a, b), [1, 2, 3]), 'float32');
    return layers.map(layer => {
      const [x, y] = [0, batch].map(first => {
        return comparison.describe(slice(features[layer]!, [first, 0, 0, 0], [batch, -1, -1, -1]), undefined);
      });
      return mul(comparison.compare(x!, y!, undefined), reshape(differs, [batch, 1]));
    });
  };

  const pairOptions = { name, sameSize: comparison.sameSize };
  const report = (result: Images, reference: Images, options: MeasureOptions = {}): Promise<DistanceReport[]> =>
    measurePairs(result, reference, { ...pairOptions, checkRange: options.checkRange ?? false }, async (a, b) => {
      const values = tidy(() => {
        const masks = maskPair(options, a, b, name);
        const atOnce = masks === undefined && nativeBackend() !== undefined && sameShape(a, b);
        return stack(atOnce ? distancesAtOnce(a, b) : distances(a, b, masks)) as Tensor3D;
      });
      const reports = reportsOf(layers, await values.data(), values.shape, options.masks !== undefined);
      values.dispose();
      return reports;
    });

  const loss = (prediction: Tensor4D, target: Tensor4D, options: MaskOptions = {}): Scalar =>
    tidy(() => {
      if (comparison.sameSize) checkSameShape(prediction, target, `${name}.loss: prediction and target`);
      checkPair(prediction, target, pairOptions);
      const each = distances(prediction, target, maskPair(options, prediction, target, name));
      return mean(addN(each.map(layer => sum(layer, 1)))) as Scalar;
    });

  const compute = async (result: Images, reference: Images, options?: MeasureOptions): Promise<Float64Array> =>
    Float64Array.from(await report(result, reference, options), ({ distance }) => distance);
  return defineMetric(compute, {
    ...info,
    direction: 'lower',
    mode: 'full-reference',
    differentiable: true,
    layers,
    report,
    loss,
  }) as EncoderMetric;
}

interface PairOptions {
  readonly name: string;
  /** Whether pictures of one size only can be compared. */
  readonly sameSize: boolean;
}

/**
 * Applies `measure` to the pairs, as batches `[batch, height, width, 3]` clipped to [0, 1] that are disposed after.
 *
 * @returns what `measure` gives, one value a picture, in order
 */
export async function measurePairs<Value>(
  result: Images,
  reference: Images,
  options: PairOptions & { readonly checkRange: boolean },
  measure: (result: Tensor4D, reference: Tensor4D) => Promise<Value[]>,
): Promise<Value[]> {
  const { name, checkRange: checks } = options;
  const values: Value[] = [];
  for (const pair of pairsOf(result, reference, name)) {
    const given = pair();
    let clipped: Tensor4D[] = [];
    try {
      const [a, b] = given;
      checkPair(a, b, options);
      if (checks) {
        await checkRange(a, `${name}: result`);
        await checkRange(b, `${name}: reference`);
      }
      clipped = given.map(images => clipByValue(images, 0, 1));
      values.push(...(await measure(clipped[0]!, clipped[1]!)));
    } finally {
      dispose([...clipped, ...given.filter(tensor => tensor !== result && tensor !== reference)]);
    }
  }
  return values;
}

function checkPair(a: Tensor4D, b: Tensor4D, { name, sameSize }: PairOptions): void {
  checkImages(a, `${name}: result`);
  checkImages(b, `${name}: reference`);
  if (a.shape[0] !== b.shape[0]) throw unequalCounts(name, a.shape[0], b.shape[0]);
  if (!sameSize || sameShape(a, b)) return;
  throw new SrError({
    code: 'picture/size',
    message: `${name}: expected two pictures of one size, received ${sizeOf(a)} (result) and ${sizeOf(b)} (reference).`,
  });
}

interface MaskPair {
  readonly result: Tensor4D;
  readonly reference: Tensor4D;
  readonly guides: GuideMode;
}

function maskPair(
  { masks, guides = 'resize' }: MaskOptions,
  a: Tensor4D,
  b: Tensor4D,
  name: string,
): MaskPair | undefined {
  if (masks === undefined) return undefined;
  const both = 'result' in masks ? masks : { result: masks, reference: masks };
  const [result, reference] = [maskTensor(both.result), maskTensor(both.reference)];
  for (const [mask, images, which] of [
    [result, a, 'result'],
    [reference, b, 'reference'],
  ] as const) {
    const [batch, height, width] = images.shape;
    const fits = mask.shape[1] === height && mask.shape[2] === width && [1, batch].includes(mask.shape[0]);
    if (fits && mask.shape[3] === result.shape[3]) continue;
    throw new SrError({
      code: 'gram/masks',
      message: `${name}: expected masks of the ${which} of shape [1 or ${batch}, ${height}, ${width}, ${result.shape[3]}], received [${mask.shape.join(', ')}].`,
    });
  }
  return { result, reference, guides };
}

/** `[batch, height, width, regions]`. */
function maskTensor(regions: Regions): Tensor4D {
  if (!Array.isArray(regions)) return regions as Tensor4D;
  if (regions.length === 0) {
    throw new SrError({ code: 'gram/masks', message: 'masks: expected at least one region, received none.' });
  }
  return concat(
    regions.map((region: Picture): Tensor4D => slice(pictureToTensor(region), [0, 0, 0, 0], [-1, -1, -1, 1])),
    3,
  );
}

/** The pairs, each made when it is called: tensors of a batch at once, pictures one by one. */
function pairsOf(result: Images, reference: Images, name: string): (() => [Tensor4D, Tensor4D])[] {
  if (isTensor(result) && isTensor(reference)) return [() => [result, reference]];
  const [results, references] = [listOf(result), listOf(reference)];
  if (results.length !== references.length) throw unequalCounts(name, results.length, references.length);
  return results.map((make, i) => () => [make(), references[i]!()]);
}

function listOf(images: Images): (() => Tensor4D)[] {
  if (isTensor(images)) {
    return Array.from(
      { length: images.shape[0] },
      (_, i) => (): Tensor4D => slice(images, [i, 0, 0, 0], [1, -1, -1, -1]),
    );
  }
  const pictures = Array.isArray(images) ? (images as readonly Picture[]) : [images as Picture];
  return pictures.map(picture => () => pictureToTensor(picture));
}

function isTensor(images: Images): images is Tensor4D {
  return 'shape' in images && 'dtype' in images;
}

function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.join() === b.shape.join();
}

function sizeOf({ shape }: Tensor4D): string {
  return `${shape[2]} x ${shape[1]}`;
}

function unequalCounts(name: string, results: number, references: number): SrError {
  return new SrError({
    code: 'metrics/pairs',
    message: `${name}: expected as many results as references, received ${results} and ${references}.`,
  });
}

/** From `[layers, batch, regions]`. */
function reportsOf(
  layers: readonly string[],
  values: ArrayLike<number>,
  [, batch, regions]: readonly [number, number, number],
  masked: boolean,
): DistanceReport[] {
  return Array.from({ length: batch }, (_, image) => {
    const byRegion = layers.map((layer, l): [string, number[]] => [
      layer,
      Array.from({ length: regions }, (_, r) => values[(l * batch + image) * regions + r]!),
    ]);
    const byLayer = byRegion.map(([layer, list]): [string, number] => [layer, list.reduce((a, b) => a + b, 0)]);
    return {
      distance: byLayer.reduce((total, [, value]) => total + value, 0),
      layers: Object.fromEntries(byLayer),
      ...(masked && { regions: Object.fromEntries(byRegion) }),
    };
  });
}
