/** The metrics that `sr metrics` and `sr eval` know by name. */
import { gramMetric } from 'gram-perceptual-metric';
import { cropPicture } from 'sr-data';
import { loadAlexNet, loadSqueezeNet, loadVgg16 } from 'sr-features';
import {
  defineMetric,
  gmsd,
  type Images,
  loadBrisque,
  loadDists,
  loadLpips,
  loadNiqe,
  type Metric,
  type MetricInfo,
  msSsim,
  type PlaneOptions,
  psnr,
  ssim,
  vif,
  vifp,
  withOptions,
} from 'sr-metrics';
import { nearest } from 'sr-models';
import type { Picture } from 'sr-tensor';
import { UsageError } from './errors.js';

/** What of the pictures is measured. */
export interface MetricChoice {
  /** Absent: each metric's own. Networks always take all colours. */
  readonly channel?: 'y' | 'rgb' | undefined;
  readonly cropBorder: number;
}

export interface MetricRow extends Pick<MetricInfo, 'name' | 'direction' | 'range' | 'mode'> {
  readonly about: string;
  /** The metric, its weights loaded. */
  open(choice: MetricChoice): Promise<Metric>;
}

export const metricTable: readonly MetricRow[] = [
  planes(psnr, 'peak signal-to-noise ratio in dB'),
  planes(ssim, 'structural similarity'),
  planes(msSsim, 'multi-scale structural similarity'),
  planes(vifp, 'visual information fidelity, pixel domain'),
  planes(vif, 'visual information fidelity, wavelets'),
  planes(gmsd, 'gradient magnitude similarity deviation'),
  ...(['alex', 'squeeze', 'vgg'] as const).flatMap(network => [
    lpipsRow({ network }),
    lpipsRow({ network, baseline: true }),
  ]),
  loaded('dists', 'full-reference', [0, 1], 'deep image structure and texture similarity', loadDists),
  gramRow('gram-alex', loadAlexNet),
  gramRow('gram-squeeze', loadSqueezeNet),
  gramRow('gram-vgg16', loadVgg16),
  loaded('niqe', 'no-reference', [0, Number.POSITIVE_INFINITY], 'natural image quality evaluator', loadNiqe),
  loaded(
    'brisque',
    'no-reference',
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    'blind image quality',
    loadBrisque,
  ),
];

/**
 * The rows of these names.
 *
 * @throws `usage/metric` for an unknown one, with the nearest
 */
export function metricRows(names: readonly string[]): readonly MetricRow[] {
  const known = metricTable.map(({ name }) => name);
  return names.map(wanted => {
    const row = metricTable.find(({ name }) => name === wanted);
    if (row !== undefined) return row;
    throw new UsageError(
      'usage/metric',
      `There is no metric "${wanted}"; there are ${known.join(', ')}. Did you mean "${nearest(wanted, known)}"?`,
    );
  });
}

/** A metric of planes of pixels, which needs nothing but the pictures. */
function planes(metric: Metric<PlaneOptions>, about: string): MetricRow {
  const { name, direction, range, mode } = metric;
  const open = async ({ channel, cropBorder }: MetricChoice): Promise<Metric> =>
    withOptions(metric, { cropBorder, ...(channel && { channel }) });
  return { name, direction, range, mode, about, open };
}

/** A metric whose weights or parameters are a published file; lower is better. */
function loaded(
  name: string,
  mode: MetricInfo['mode'],
  range: MetricInfo['range'],
  about: string,
  load: () => Promise<Metric<Pick<PlaneOptions, 'cropBorder'>>>,
): MetricRow {
  const open = async ({ cropBorder }: MetricChoice): Promise<Metric> => withOptions(await load(), { cropBorder });
  return { name, direction: 'lower', range, mode, about, open };
}

function lpipsRow({ network, baseline }: { network: 'alex' | 'squeeze' | 'vgg'; baseline?: boolean }): MetricRow {
  return loaded(
    `lpips-${network}${baseline ? '-baseline' : ''}`,
    'full-reference',
    [0, Number.POSITIVE_INFINITY],
    baseline ? 'distance of deep features, untrained' : 'learned perceptual image patch similarity 0.1',
    () => loadLpips({ network, baseline: baseline ?? false }),
  );
}

function gramRow(name: string, load: typeof loadAlexNet): MetricRow {
  return {
    name,
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    mode: 'full-reference',
    about: 'Gram distance: how much textures differ',
    open: async ({ cropBorder }) =>
      cropped(gramMetric({ encoder: await load({ preprocessing: 'lpips' }) }), cropBorder),
  };
}

/** A metric that does not crop itself. */
function cropped(metric: Metric, border: number): Metric {
  const crop = (picture: Images): Picture => {
    const { width, height } = picture as Picture;
    const inner = { left: border, top: border, width: width - 2 * border, height: height - 2 * border };
    return cropPicture(picture as Picture, inner);
  };
  const { name, direction, range, mode, differentiable, reference } = metric;
  return defineMetric((result: Images, target: Images) => metric(crop(result), crop(target)), {
    name,
    direction,
    range,
    mode,
    differentiable,
    reference,
  });
}
