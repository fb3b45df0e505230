import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { SrError } from './errors.js';
import type { Picture } from './picture.js';

/** What metrics compare: a picture, several, or a batch `[batch, height, width, 3]`, RGB in [0, 1]. */
export type Images = Picture | readonly Picture[] | Tensor4D;

/** What is known of a metric, as data. */
export interface MetricInfo {
  /** As tables and the command line call it: `psnr`. */
  readonly name: string;
  /** Which values are better. */
  readonly direction: 'higher' | 'lower';
  /** The lowest and the highest value that can occur. */
  readonly range: readonly [number, number];
  /** Whether a reference is compared with or the result is judged alone. */
  readonly mode: 'full-reference' | 'no-reference';
  /** Whether there is a `loss` with a gradient. */
  readonly differentiable: boolean;
  /** The publication or program that defines the values. */
  readonly reference: string;
}

/** How two pictures differ, place by place: one value a pixel, rows from top to bottom. */
export interface DistanceMap {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** A metric: a function of (result, reference) that gives one value a picture, with data about itself. */
export interface Metric<Options extends object = object> extends MetricInfo {
  (result: Images, reference: Images, options?: Options): Promise<Float64Array>;
}

/** A metric that judges the result alone: a reference is ignored. */
export interface NoReferenceMetric<Options extends object = object> extends MetricInfo {
  (result: Images, reference?: Images, options?: Options): Promise<Float64Array>;
  readonly mode: 'no-reference';
}

/** A metric that can be trained with: `loss` is lower for better predictions, a scalar with a gradient. */
export interface DifferentiableMetric<Options extends object = object, LossOptions extends object = object>
  extends Metric<Options> {
  readonly differentiable: true;
  loss(prediction: Tensor4D, target: Tensor4D, options?: LossOptions): Scalar;
}

/**
 * Puts the data of a metric onto its function.
 *
 * @param compute called with (result, reference, options); not changed
 * @returns a function that calls `compute`, with `info` as read-only properties (`metric.name`, `metric.direction`)
 * @example
 * const difference = defineMetric(
 *   async (result, reference) => Float64Array.of(await meanDifference(result, reference)),
 *   { name: 'difference', direction: 'lower', range: [0, 255], mode: 'full-reference', differentiable: false, reference: 'here' },
 * );
 */
export function defineMetric<Options extends object, Info extends MetricInfo>(
  compute: (result: Images, reference: Images, options?: Options) => Promise<Float64Array>,
  info: Info,
): Metric<Options> & Info {
  const metric = (result: Images, reference: Images, options?: Options): Promise<Float64Array> =>
    compute(result, reference, options);
  // Not assigned: the name of a function can only be defined anew.
  for (const [key, value] of Object.entries(info)) Object.defineProperty(metric, key, { value, enumerable: true });
  return metric as unknown as Metric<Options> & Info;
}

/**
 * `defineMetric` for one that needs no reference.
 *
 * @param compute called with (result, options)
 */
export function defineNoReferenceMetric<Options extends object, Info extends Omit<MetricInfo, 'mode'>>(
  compute: (result: Images, options?: Options) => Promise<Float64Array>,
  info: Info,
): NoReferenceMetric<Options> & Info {
  const ignoring = async (result: Images, reference?: Images, options?: Options): Promise<Float64Array> => {
    checkPlace(reference, info.name);
    return compute(result, options);
  };
  return defineMetric(ignoring, { ...info, mode: 'no-reference' }) as NoReferenceMetric<Options> & Info;
}

/** A reference is ignored; options in its place would be, too. */
function checkPlace(reference: unknown, name: string): void {
  if (typeof reference !== 'object' || reference === null) return;
  if ('data' in reference || 'shape' in reference || Array.isArray(reference)) return;
  throw new SrError({
    code: 'metrics/option',
    message: `${name}: expected options as the third argument, received {${Object.keys(reference).join(', ')}} as the second: metric(result, undefined, options).`,
  });
}
