/** Options that several commands share, and how their texts are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';

export const backends = ['auto', 'native', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backends)[number];

/** Networks whose features an optimisation can go by. */
const judges = ['vgg19', 'vgg16', 'alex', 'squeeze'] as const;
export type JudgeName = (typeof judges)[number];

/** Published objectives; `optimizationPresets` of style-transfer, which would load TensorFlow.js for a help text. */
const presets = ['gatys', 'johnson-baseline', 'neural-style', 'pytorch-tutorial', 'squeezenet', 'alexnet'] as const;

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}

export function backendOption(): Option {
  return new Option('--backend <name>', 'what computes').choices(backends).default('auto');
}

/**
 * What commands that measure have in common: which metrics, of what of the pictures, and what some of them need.
 *
 * @param defaults.channel absent: each metric's own
 * @param defaults.cropBorder how the help calls it
 */
export function addMetricOptions(command: Command, defaults: { channel?: 'y'; cropBorder: string }): Command {
  const { channel, cropBorder } = defaults;
  return command
    .addOption(
      new Option('--metrics <names>', 'separated by commas; `sr metrics --list` shows them')
        .argParser(list)
        .default(['psnr', 'ssim'], 'psnr,ssim'),
    )
    .addOption(
      new Option('--channel <name>', 'y: luma as in MATLAB; rgb: all; grey: MATLAB’s rgb2gray (networks: always all)')
        .choices(['y', 'rgb', 'grey'])
        .default(channel, channel ?? 'each metric’s own'),
    )
    .addOption(lumaOption())
    .option('--crop-border <pixels>', `pixels left out along each side (default: ${cropBorder})`, integerFrom(0))
    .option('--layers <names>', 'layers for Gram and Frechet distances, instead of their own', list)
    .option('--structure <file>', 'weights of another structure extractor, for the metric structure')
    .option('--ma <file>', 'Ma’s scores by the names of pictures (CSV or JSON), for the metric pi')
    .option('--check', 'refuse values outside [0, 1] and NaN, in pictures and in results');
}

/**
 * Both are in use for 8-bit pictures: MATLAB's `rgb2ycbcr` of 8-bit values rounds, as do the tables from SRCNN to SPSR; of
 * doubles it does not, as in RCAN's script Evaluate_PSNR_SSIM.m, which the tables of RCAN and IMDN were made with, and in
 * EDSR's code.
 */
function lumaOption(): Option {
  const about = 'rounded: whole levels (MATLAB on 8-bit pictures); float: not rounded (RCAN, EDSR, IMDN)';
  return new Option('--luma <name>', about).choices(['rounded', 'float']).default('rounded');
}

/** What commands that optimise the pixels of a picture have in common. */
export function addOptimizationOptions(command: Command): Command {
  return command
    .addOption(presetOption())
    .addOption(judgeOption())
    .option('--iterations <count>', 'default: the preset’s', integerFrom(1))
    .option('--smoothness <weight>', 'of the total variation (default: 0)', weight)
    .option('--seed <number>', 'of the noise that it starts from (default: 0)', integerFrom(0))
    .addOption(previewOption())
    .addOption(backendOption())
    .addOption(jsonOption());
}

export function presetOption(): Option {
  const about = 'objective and settings of the optimisation (default: that of --network squeeze or alex, else gatys)';
  return new Option('--preset <name>', about).choices(presets);
}

export function judgeOption(): Option {
  return new Option('--network <name>', 'what judges in the optimisation (default: the preset’s)').choices(judges);
}

export function previewOption(): Option {
  const about = 'write the picture there after every tenth iteration, and the last one if it is stopped';
  return new Option('--preview <folder>', about);
}

/** What commands that enlarge have in common: between which weights, by what, and how. */
export function addEnlargingOptions(command: Command): Command {
  return command
    .addOption(perceptualOption())
    .addOption(backendOption())
    .addOption(tileOption())
    .addOption(workersOption())
    .addOption(ensembleOption());
}

function perceptualOption(): Option {
  const about =
    'from 0 to 1: weights between a network for fidelity (0) and its perceptual form (1): the one that --model names, else the one of the lowest LPIPS (AlexNet)';
  return new Option('--perceptual <amount>', about).argParser(share);
}

function ensembleOption(): Option {
  const about =
    'average the eight ways to turn and mirror the picture: eight times as long, about 0.2 dB more from a network for fidelity; perceptual forms lose detail by it';
  return new Option('--ensemble', about);
}

export function tileOption(): Option {
  return new Option(
    '--tile <pixels>',
    'tiles of at most the area of a square of so many pixels of the input a side',
  ).argParser(integerFrom(1));
}

export function workersOption(): Option {
  const about = 'threads on wasm (default: as many as cores)';
  return new Option('--workers <count>', about).argParser(integerFrom(0));
}

/** Reads an integer of at least `least`. */
export function integerFrom(least: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least}.`);
  };
}

function weight(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number from 0.');
}

/** Reads a number from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

/** Names separated by commas, each once. */
export function list(text: string): string[] {
  return [...new Set(text.split(',').map(name => name.trim()))];
}
