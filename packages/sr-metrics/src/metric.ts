import { defineMetric, type Images, type Metric, SrError } from 'sr-tensor';

// In sr-tensor, since gram-perceptual-metric has them too.
export {
  type DifferentiableMetric,
  type DistanceMap,
  defineMetric,
  defineNoReferenceMetric,
  type Images,
  type Metric,
  type MetricInfo,
  type NoReferenceMetric,
} from 'sr-tensor';

/**
 * The same metric with options fixed, for `evaluate`.
 *
 * @param as.name its name in tables, where two variants of one metric stand side by side
 * @example
 * await evaluate(pairs, [withOptions(psnr, { channel: 'y', cropBorder: 4 }), withOptions(ssim, { channel: 'y' })]);
 */
export function withOptions<Options extends object>(
  metric: Metric<Options>,
  options: NoInfer<Options>,
  as: { name?: string } = {},
): Metric<Partial<Options>> {
  const { name, direction, range, mode, differentiable, reference } = metric;
  return defineMetric(
    (result: Images, target: Images, more?: Partial<Options>) => metric(result, target, { ...options, ...more }),
    { name: as.name ?? name, direction, range, mode, differentiable, reference },
  );
}

/** What is thrown where a metric that compares is given nothing to compare with. */
export function missingReference(name: string): SrError {
  return new SrError({
    code: 'metrics/reference',
    message: `${name}: expected a reference to compare the result with, received none. Give it one, or take a metric whose mode is "no-reference".`,
  });
}
