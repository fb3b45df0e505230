/** The metrics that `sr metrics` and `sr eval` know by name. */
import { type EncoderMetric, type GramPreset, gramMetric } from 'gram-perceptual-metric';
import { cropPicture } from 'sr-data';
import {
  type FeatureEncoder,
  type LoadEncoderOptions,
  loadAlexNet,
  loadCaffeGoogLeNet,
  loadSqueezeNet,
  loadVgg16,
} from 'sr-features';
import {
  colorMoments,
  type DistanceMap,
  defineMetric,
  gmsd,
  histogramDistance,
  type Images,
  type LpipsNetwork,
  loadBrisque,
  loadDists,
  loadLpips,
  loadNiqe,
  type Metric,
  type MetricInfo,
  msSsim,
  type NoReferenceMetric,
  type PlaneOptions,
  pi,
  psnr,
  ssim,
  structureDistance,
  totalVariation,
  vif,
  vifp,
  withOptions,
} from 'sr-metrics';
import { encoderOf, nearest, nse } from 'sr-models';
import { Parameters, type Picture } from 'sr-tensor';
import { readWeightFile } from 'sr-tensor/weights/node';
import shippedExtractor from 'sr-weights/nse';
import { UsageError } from './errors.js';
import { readMaScores } from './ma-scores.js';

/** What of the pictures is measured, and what metrics need besides. */
export interface MetricChoice {
  /** Absent: each metric's own. Networks always take all colours. */
  readonly channel?: 'y' | 'rgb' | 'grey' | undefined;
  /** Absent: each metric's own, 4 for `pi` and 0 for all others. */
  readonly cropBorder?: number | undefined;
  /** Whether the luma of 8-bit pictures is rounded, as MATLAB does it (default), or not. */
  readonly luma?: 'rounded' | 'float' | undefined;
  /** Refuses values outside [0, 1] and NaN in pictures and results. */
  readonly check?: boolean | undefined;
  /** Of Gram and Frechet distances, instead of those of the name. */
  readonly layers?: readonly string[] | undefined;
  /** A weight file of a structure extractor, instead of the one that comes along. */
  readonly structure?: string | undefined;
  /** A file with Ma's scores by the names of pictures. */
  readonly ma?: string | undefined;
}

/** How a picture is called, for scores that come by name. */
export type NameOf = (picture: Images) => string;

/** A metric that also tells where pictures differ. */
export interface MappedMetric extends Metric {
  map(result: Images, reference: Images): Promise<DistanceMap[]>;
}

interface Row extends Pick<MetricInfo, 'name' | 'direction' | 'range'> {
  readonly about: string;
}

/** A metric of pictures, one value each. */
export interface PictureRow extends Row {
  readonly mode: MetricInfo['mode'];
  /** Whether what `open` gives has a `map`. */
  readonly hasMap: boolean;
  /** The metric, its weights loaded. */
  open(choice: MetricChoice, nameOf: NameOf): Promise<Metric | MappedMetric>;
}

/** A metric of two sets of pictures, one value for all. */
export interface SetRow extends Row {
  readonly mode: 'sets';
  /** The network whose features are compared, and where in it. */
  open(choice: MetricChoice): Promise<{ encoder: FeatureEncoder; layer: string }>;
}

export type MetricRow = PictureRow | SetRow;

const POSITIVE = [0, Number.POSITIVE_INFINITY] as const;

const lpipsNetworks = ['alex', 'squeeze', 'vgg'] as const;
const gramNetworks = { alex: loadAlexNet, squeeze: loadSqueezeNet, vgg16: loadVgg16 };
const gramPresets = {
  literal: 'Gram distance: how much textures differ',
  tail: 'Gram distance, the layers of the reading "tail"',
  inner: 'Gram distance, the layers of the reading "inner"',
} as const;

export const metricTable: readonly MetricRow[] = [
  planes(psnr, 'peak signal-to-noise ratio in dB'),
  { ...planes(ssim, 'structural similarity'), hasMap: true, open: openSsim },
  planes(ssim, 'structural similarity, large pictures made smaller (SPSR)', 'ssim-downsample', {
    preset: 'downsample',
  }),
  planes(ssim, 'structural similarity with zeros around (pytorch_ssim)', 'ssim-zero-padded', { preset: 'zero-padded' }),
  planes(msSsim, 'multi-scale structural similarity'),
  planes(vifp, 'visual information fidelity, pixel domain'),
  planes(vifp, 'the same with its arguments swapped (Akella)', 'vifp-akella', { preset: 'akella' }),
  planes(vif, 'visual information fidelity, wavelets'),
  planes(gmsd, 'gradient magnitude similarity deviation'),
  ...lpipsNetworks.flatMap(network => [
    lpipsRow('learned perceptual image patch similarity 0.1', network),
    lpipsRow('the same 0.0, as in tables of 2018', network, { version: '0.0' }),
    lpipsRow('the same untrained: distance of deep features', network, { baseline: true }),
  ]),
  networkRow(
    { name: 'dists', range: [0, 1], about: 'deep image structure and texture similarity', hasMap: false },
    () => loadDists(),
  ),
  ...Object.entries(gramNetworks).flatMap(([network, load]) =>
    Object.entries(gramPresets).map(([preset, about]) => gramRow(network, load, preset as GramPreset, about)),
  ),
  structureRow(),
  planes(colorMoments, 'distance of colours: means, deviations, skewness'),
  planes(histogramDistance, 'distance of histograms, earth mover’s'),
  ...(['chi-square', 'hellinger', 'intersection'] as const).map(preset =>
    planes(histogramDistance, 'distance of histograms', `histogram-${preset}`, { preset }),
  ),
  judging('niqe', 'natural image quality evaluator', POSITIVE, loadNiqe, ['y', 'grey']),
  judging('brisque', 'blind image quality', [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], loadBrisque, []),
  piRow(),
  planes(totalVariation, 'total variation: half the sum of squares, 8-bit levels', 'tv', { preset: 'johnson' }),
  ...(['leftthomas', 'basicsr', 'piq-l1', 'piq-l2', 'piq-l2-squared', 'mahendran'] as const).map(preset =>
    planes(totalVariation, `total variation as in ${preset}`, `tv-${preset}`, { preset }),
  ),
  frechetRow('alex', loadAlexNet, 'relu5'),
  frechetRow('squeeze', loadSqueezeNet, 'fire9'),
  frechetRow('vgg16', loadVgg16, 'relu5_3'),
  frechetRow('googlenet', loadCaffeGoogLeNet, 'inception5b'),
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

export function isPictureRow(row: MetricRow): row is PictureRow {
  return row.mode !== 'sets';
}

export function isSetRow(row: MetricRow): row is SetRow {
  return row.mode === 'sets';
}

export function hasMap(metric: Metric): metric is MappedMetric {
  return 'map' in metric;
}

/** A metric of planes of pixels, which needs nothing but the pictures; `options` make a variant with a name of its own. */
function planes<Options extends PlaneOptions>(
  metric: Metric<Options> | NoReferenceMetric<Options>,
  about: string,
  name: string = metric.name,
  options?: Options,
): PictureRow {
  const { direction, range, mode } = metric;
  const open = async (choice: MetricChoice): Promise<Metric> => {
    const { channel } = choice;
    return withOptions(metric, { ...planeOptions(choice), ...(channel && { channel }), ...options } as Options, {
      name,
    });
  };
  return { name, direction, range, mode, about, hasMap: false, open };
}

async function openSsim(choice: MetricChoice): Promise<MappedMetric> {
  const { channel } = choice;
  const options = { ...planeOptions(choice), ...(channel && { channel }) };
  const map: MappedMetric['map'] = (result, reference) => ssim.map(result, reference, options);
  return Object.assign(withOptions(ssim, options), { map });
}

function planeOptions({ cropBorder = 0, luma, check = false }: MetricChoice): PlaneOptions {
  return { cropBorder, checkRange: check, ...(luma === 'float' && { roundLuma: false }) };
}

type NetworkOptions = Pick<PlaneOptions, 'cropBorder' | 'checkRange'>;

interface NetworkMetric extends Metric<NetworkOptions> {
  map?(result: Images, reference: Images, options: NetworkOptions): Promise<DistanceMap[]>;
}

/** A distance of what a network makes of two pictures. */
function networkRow(
  row: Pick<PictureRow, 'name' | 'about' | 'hasMap'> & Partial<Pick<PictureRow, 'range'>>,
  load: (choice: MetricChoice) => Promise<NetworkMetric>,
): PictureRow {
  return {
    direction: 'lower',
    range: POSITIVE,
    mode: 'full-reference',
    ...row,
    async open(choice) {
      const metric = await load(choice);
      const options = { cropBorder: choice.cropBorder ?? 0, checkRange: choice.check ?? false };
      const fixed = withOptions(metric, options, { name: row.name });
      if (metric.map === undefined) return fixed;
      const map: MappedMetric['map'] = (result, reference) => metric.map!(result, reference, options);
      return Object.assign(fixed, { map });
    },
  };
}

function lpipsRow(
  about: string,
  network: LpipsNetwork,
  which: { version?: '0.0'; baseline?: boolean } = {},
): PictureRow {
  const name = `lpips-${network}${which.version ? '-v0-0' : ''}${which.baseline ? '-baseline' : ''}`;
  return networkRow({ name, about, hasMap: true }, () => loadLpips({ network, ...which }));
}

type LoadNetwork = (options: LoadEncoderOptions) => Promise<FeatureEncoder>;

function gramRow(network: string, load: LoadNetwork, preset: GramPreset, about: string): PictureRow {
  const name = `gram-${network}${preset === 'literal' ? '' : `-${preset}`}`;
  return networkRow({ name, about, hasMap: true }, async ({ layers }) => {
    const chosen = layers && { layers };
    const metric = gramMetric({ encoder: await load({ preprocessing: 'lpips', ...chosen }), preset, ...chosen });
    const map: NetworkMetric['map'] = (result, reference, { cropBorder = 0, ...options }) =>
      metric.map(cropped(result, cropBorder), cropped(reference, cropBorder), options);
    return Object.assign(cropping(metric), { map });
  });
}

/** A metric that does not crop itself. */
function cropping(metric: EncoderMetric): NetworkMetric {
  const { name, direction, range, mode, differentiable, reference } = metric;
  return defineMetric(
    (result: Images, target: Images, { cropBorder = 0, ...options }: NetworkOptions = {}) =>
      metric(cropped(result, cropBorder), cropped(target, cropBorder), options),
    { name, direction, range, mode, differentiable, reference },
  );
}

function cropped(images: Images, border: number): Picture {
  const picture = images as Picture;
  const { width, height } = picture;
  if (border === 0) return picture;
  return cropPicture(picture, { left: border, top: border, width: width - 2 * border, height: height - 2 * border });
}

function structureRow(): PictureRow {
  const name = 'structure';
  const about = 'distance of structure features (SPSR-P; of --structure)';
  return networkRow({ name, about, hasMap: false }, async ({ structure = shippedExtractor.url, layers }) => {
    const network = nse();
    const { tensors } = await readWeightFile(structure);
    const parameters = Parameters.fromWeights(network.parameters, tensors);
    const encoder = encoderOf({ network, parameters }, { mode: 'inference' });
    return structureDistance({ encoder, name, ...(layers && { layers }) });
  });
}

/** A metric that judges a picture alone, by parameters that are a published file. */
function judging(
  name: string,
  about: string,
  range: MetricInfo['range'],
  load: () => Promise<NoReferenceMetric<PlaneOptions>>,
  channels: readonly PlaneOptions['channel'][],
): PictureRow {
  return {
    name,
    direction: 'lower',
    range,
    mode: 'no-reference',
    about,
    hasMap: false,
    async open(choice) {
      // All others were not what its parameters were made of.
      const channel = channels.includes(choice.channel) ? choice.channel : undefined;
      return withOptions(await load(), { ...planeOptions(choice), ...(channel && { channel }) });
    },
  };
}

function piRow(): PictureRow {
  const name = 'pi';
  return {
    name,
    direction: 'lower',
    range: POSITIVE,
    mode: 'no-reference',
    about: 'perceptual index of NIQE and Ma’s score (needs --ma)',
    hasMap: false,
    async open({ ma, cropBorder = 4, ...choice }, nameOf) {
      if (ma === undefined) {
        throw new UsageError(
          'usage/missing-option',
          'Expected --ma FILE: "pi" needs Ma’s score of each picture (CSV or JSON, by name); NIQE alone is the metric "niqe".',
        );
      }
      const scores = await readMaScores(ma);
      const index = pi({ niqe: await loadNiqe(), ma: images => [scores(nameOf(images))] });
      return withOptions(index, planeOptions({ ...choice, cropBorder }));
    },
  };
}

function frechetRow(network: string, load: LoadNetwork, layer: string): SetRow {
  return {
    name: `frechet-${network}`,
    direction: 'lower',
    range: POSITIVE,
    mode: 'sets',
    about: `Frechet distance of two folders, features of ${layer}`,
    async open({ layers = [layer] }) {
      if (layers.length !== 1) {
        throw new UsageError('usage/layers', `Expected one layer for "frechet-${network}", received ${layers.length}.`);
      }
      return { encoder: await load({ layers }), layer: layers[0]! };
    },
  };
}
