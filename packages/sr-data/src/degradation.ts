/**
 * Degradations as data: lists of steps from a good picture to a bad one, drawn from a seed.
 *
 * `degradePicture` of `sr-data/node` does them (JPEG needs an encoder).
 */
import { Random, type ResizeKernel, type ResizePreset, SrError } from 'sr-tensor';
import { type BlurKernel, gaussianBlurKernel, sincBlurKernel } from './blur-kernel.js';
import type { ResizeTarget } from './resize-picture.js';

export type DegradationStep =
  | { readonly type: 'blur'; readonly kernel: BlurKernel }
  | {
      readonly type: 'resize';
      readonly to: ResizeTarget;
      /** Default `matlab`. */
      readonly preset?: ResizePreset;
      /** Default `cubic`. */
      readonly kernel?: ResizeKernel;
    }
  | { readonly type: 'noise'; readonly deviation: number; readonly seed: number; readonly grey?: boolean }
  | { readonly type: 'jpeg'; readonly quality: number };

/** Resizing alone, bit by bit as the tool does it to 8 bits. */
export interface ResizeDegradation {
  /** Default `matlab`. */
  readonly preset?: ResizePreset;
  /** Default as the tool's. */
  readonly antialias?: boolean;
}

/** How training makes low-resolution pictures. */
export type Degradation =
  | ({ readonly kind: 'bicubic' } & ResizeDegradation)
  | ({ readonly kind: 'lanczos' } & ResizeDegradation)
  | {
      /** A Gaussian, then bicubic (Johnson et al.: sigma 1). */
      readonly kind: 'blur-bicubic';
      /** The deviation in pixels of the large picture; default 1. */
      readonly sigma?: number;
      /** Side of the kernel, odd; default 2 round(4 sigma) + 1. */
      readonly size?: number;
      /** Default `matlab`. */
      readonly preset?: ResizePreset;
    }
  | {
      /** What `randomDegradation` draws, anew for each patch. */
      readonly kind: 'random';
      /** Default 2. */
      readonly order?: 1 | 2;
    }
  | {
      /** The same steps for every picture; they must make it `scale` times smaller. */
      readonly kind: 'steps';
      readonly steps: readonly DegradationStep[];
    };

export interface RandomDegradationOptions {
  /** Of the good picture. */
  readonly width: number;
  /** Of the good picture. */
  readonly height: number;
  /** How many times smaller the bad one is. */
  readonly scale: number;
  readonly seed: number;
  /** How often the chain blur, resize, noise, JPEG is gone through: 1, or 2 (default) as in Real-ESRGAN. */
  readonly order?: 1 | 2;
}

/** The ranges of a pass: train_realesrgan_x4plus.yml of Real-ESRGAN. */
interface Pass {
  readonly blurShare: number;
  readonly sigma: readonly [number, number];
  /** How likely the picture becomes larger, smaller, or stays. */
  readonly resize: readonly [up: number, down: number, keep: number];
  readonly scales: readonly [number, number];
  readonly noise: readonly [number, number];
}

const passes: readonly [Pass, Pass] = [
  { blurShare: 1, sigma: [0.2, 3], resize: [0.2, 0.7, 0.1], scales: [0.15, 1.5], noise: [1, 30] },
  { blurShare: 0.8, sigma: [0.2, 1.5], resize: [0.3, 0.4, 0.3], scales: [0.3, 1.2], noise: [1, 25] },
];

/** Of kernels that are sinc, in a pass and at the end; of noise that is grey; the qualities of JPEG (ibid.). */
const sincShare = 0.1;
const finalSincShare = 0.8;
const greyShare = 0.4;
const qualities = [30, 95] as const;

/** Of the Gaussian kernels that are isotropic: 0.45 to 0.25 (ibid., its generalised and plateau-shaped kernels left out). */
const isotropicShare = 0.45 / (0.45 + 0.25);

/**
 * Draws a blind degradation: blur, resize, noise and JPEG, once or twice, then the final size, ringing and JPEG.
 *
 * The same options give the same steps. What Real-ESRGAN does, with Gaussian noise only (it takes Poisson noise half the
 * time) and bilinear or bicubic resizing (it takes areas as well).
 *
 * @throws `data/option` unless sizes are multiples of the scale
 * @see Wang et al., "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", ICCV Workshops 2021,
 *   section 3
 * @example
 * const steps = randomDegradation({ width: photo.width, height: photo.height, scale: 4, seed: 1 });
 * const small = await degradePicture(photo, steps);
 */
export function randomDegradation({
  width,
  height,
  scale,
  seed,
  order = 2,
}: RandomDegradationOptions): DegradationStep[] {
  if (width % scale !== 0 || height % scale !== 0) {
    throw new SrError({
      code: 'data/option',
      message: `randomDegradation: expected sides that are multiples of ${scale}, received ${width} x ${height}.`,
    });
  }
  const random = new Random(seed);
  const steps: DegradationStep[] = [];
  let factor = 1;
  for (const [i, pass] of passes.slice(0, order).entries()) {
    if (random.uniform() < pass.blurShare) steps.push({ type: 'blur', kernel: drawKernel(random, pass) });
    const change = drawScale(random, pass);
    factor = i === 0 ? change : change / scale;
    const to = { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
    steps.push(drawResize(random, to));
    const grey = random.uniform() < greyShare;
    steps.push({ type: 'noise', deviation: random.uniform(...pass.noise), seed: random.uint32(), grey });
    // The last JPEG stands beside the last resize, in either order.
    if (i < order - 1) steps.push(drawJpeg(random));
  }
  const shrink: DegradationStep[] = [drawResize(random, { width: width / scale, height: height / scale })];
  if (random.uniform() < finalSincShare) shrink.push({ type: 'blur', kernel: drawSinc(random, drawSize(random)) });
  const jpeg = drawJpeg(random);
  return random.uniform() < 0.5 ? [...steps, ...shrink, jpeg] : [...steps, jpeg, ...shrink];
}

/** An odd number from 7 to 21 (ibid.). */
function drawSize(random: Random): number {
  return 7 + 2 * random.int(8);
}

function drawKernel(random: Random, { sigma }: Pass): BlurKernel {
  const size = drawSize(random);
  if (random.uniform() < sincShare) return drawSinc(random, size);
  const along = random.uniform(...sigma);
  if (random.uniform() < isotropicShare) return gaussianBlurKernel({ size, sigma: along });
  const across = random.uniform(...sigma);
  return gaussianBlurKernel({ size, sigma: [along, across], rotation: random.uniform(-Math.PI, Math.PI) });
}

/** Small kernels hold no low frequencies: their cutoff is higher (ibid.). */
function drawSinc(random: Random, size: number): BlurKernel {
  return sincBlurKernel({ size, cutoff: random.uniform(size < 13 ? Math.PI / 3 : Math.PI / 5, Math.PI) });
}

function drawScale(random: Random, { resize: [up, down], scales }: Pass): number {
  const choice = random.uniform();
  if (choice < up) return random.uniform(1, scales[1]);
  return choice < up + down ? random.uniform(scales[0], 1) : 1;
}

function drawResize(random: Random, to: ResizeTarget): DegradationStep {
  return { type: 'resize', to, preset: 'torch', kernel: random.uniform() < 0.5 ? 'linear' : 'cubic' };
}

function drawJpeg(random: Random): DegradationStep {
  return { type: 'jpeg', quality: Math.round(random.uniform(...qualities)) };
}
