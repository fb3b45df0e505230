/** Two pictures, every metric. */
import { gramMetric } from 'gram-perceptual-metric';
import { resizePicture } from 'sr-data';
import { fromBlob, toImageData } from 'sr-data/browser';
import {
  brisque,
  colorMoments,
  type DistanceMap,
  gmsd,
  heatMap,
  histogramDistance,
  type LpipsLinear,
  lpips,
  lpipsLayers,
  msSsim,
  niqe,
  psnr,
  readBrisqueParameters,
  readLpipsLinear,
  readNiqeParameters,
  ssim,
  totalVariation,
  vifp,
} from 'sr-metrics';
import { type Picture, SrError, throwIfAborted } from 'sr-tensor';
import { readWeights, type WeightFile } from 'sr-tensor/weights';
import type { HandlerContext } from 'sr-tensor/worker';
import type { MeasureEvent, MeasureJob } from './contract.js';
import { encoderOf, featureNetworkOf, type GivenFile } from './given-weights.js';
import { useBackend } from './settings.js';

type Measure = () => Promise<number>;

export async function measure(job: MeasureJob, { signal, onProgress }: HandlerContext): Promise<void> {
  const tell = (event: MeasureEvent): void => onProgress(event);
  await useBackend();
  const [given, reference] = await Promise.all([fromBlob(job.result), fromBlob(job.reference)]);
  const result = job.resize ? resizePicture(given, { width: reference.width, height: reference.height }) : given;
  if (result.width !== reference.width || result.height !== reference.height) {
    throw new SrError({
      code: 'picture/size',
      message: `Both pictures have to be of one size: the result has ${result.width} x ${result.height}, the reference ${reference.width} x ${reference.height}.`,
    });
  }
  const attempt = async (id: string, value: Measure): Promise<void> => {
    // A stop has its turn between metrics.
    await new Promise(resolve => setTimeout(resolve));
    throwIfAborted(signal);
    try {
      tell({ kind: 'value', id, value: await value() });
    } catch (error) {
      if (signal.aborted) throw error;
      tell({ kind: 'failed', id, why: (error as Error).message });
    }
  };
  const show = (id: string, map: DistanceMap, options: Parameters<typeof heatMap>[1]): void =>
    tell({ kind: 'map', id, image: toImageData(heatMap(map, options)) });

  show('difference', difference(result, reference), { label: 'difference' });
  for (const [id, value] of Object.entries(plain(result, reference, job))) await attempt(id, value);
  if (Math.min(result.width, result.height) >= 11) {
    const [map] = await ssim.map(result, reference, { channel: job.channel });
    show('ssim', map!, { label: 'ssim', from: 1, to: 0 });
  }
  await measureWithWeights(result, reference, job.weights, { attempt, show });
}

/** Those that need nothing but the pictures. */
function plain(result: Picture, reference: Picture, { channel, cropBorder }: MeasureJob): Record<string, Measure> {
  const options = { channel, cropBorder };
  const first = async (values: Promise<Float64Array>): Promise<number> => (await values)[0]!;
  return {
    psnr: () => first(psnr(result, reference, options)),
    ssim: () => first(ssim(result, reference, options)),
    'ms-ssim': () => first(msSsim(result, reference, options)),
    vifp: () => first(vifp(result, reference, options)),
    gmsd: () => first(gmsd(result, reference, { cropBorder })),
    'color-moments': () => first(colorMoments(result, reference, { cropBorder })),
    histogram: () => first(histogramDistance(result, reference, { cropBorder })),
    tv: () => first(totalVariation(result, undefined, { cropBorder })),
    'tv-reference': () => first(totalVariation(reference, undefined, { cropBorder })),
  };
}

/** Those for which files were given. */
async function measureWithWeights(
  result: Picture,
  reference: Picture,
  files: readonly GivenFile[],
  {
    attempt,
    show,
  }: {
    attempt: (id: string, value: Measure) => Promise<void>;
    show: (id: string, map: DistanceMap, options: Parameters<typeof heatMap>[1]) => void;
  },
): Promise<void> {
  const networks = files.filter(({ bytes }) => readable(bytes, file => featureNetworkOf(file) !== undefined));
  for (const file of networks) {
    const encoder = await encoderOf(file, () => ({ preprocessing: 'lpips' }));
    try {
      const gram = gramMetric({ encoder });
      await attempt('gram', async () => {
        const [map] = await gram.map(result, reference);
        show('gram', map!, { label: 'gram' });
        return (await gram(result, reference))[0]!;
      });
      const short = ({ alexnet: 'alex', squeezenet1_1: 'squeeze', vgg16: 'vgg' } as const)[encoder.encoderName];
      const linear = short === undefined ? undefined : linearLayers(files, short, encoder.geometry);
      if (short === undefined || linear === undefined) continue;
      const perceptual = lpips({ encoder, linear, layers: lpipsLayers[short] });
      await attempt('lpips', async () => {
        const [map] = await perceptual.map(result, reference);
        show('lpips', map!, { label: `lpips-${short}` });
        return (await perceptual(result, reference))[0]!;
      });
    } finally {
      encoder.dispose();
    }
  }
  for (const { name, bytes } of files) {
    if (/\.(mat|npz)$/i.test(name)) {
      const natural = niqe({ parameters: readNiqeParameters(bytes) });
      await attempt('niqe', async () => (await natural(result))[0]!);
    } else if (startsLikeSvm(bytes)) {
      const blind = brisque({ parameters: readBrisqueParameters(new TextDecoder().decode(bytes)) });
      await attempt('brisque', async () => (await blind(result))[0]!);
    }
  }
}

/** Those of LPIPS for a network, from whichever file has them. */
function linearLayers(
  files: readonly GivenFile[],
  network: 'alex' | 'squeeze' | 'vgg',
  geometry: (layer: string) => { channels: number },
): LpipsLinear | undefined {
  const channels = lpipsLayers[network].map(layer => geometry(layer).channels);
  for (const { bytes } of files) {
    try {
      const linear = readLpipsLinear(readWeights(bytes).tensors, network);
      if (linear.map(({ length }) => length).join() === channels.join()) return linear;
    } catch {
      // A file of something else.
    }
  }
  return undefined;
}

function readable(bytes: Uint8Array, test: (file: WeightFile) => boolean): boolean {
  try {
    return test(readWeights(bytes));
  } catch {
    return false;
  }
}

/** A text of libsvm. */
function startsLikeSvm(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 8)) === 'svm_type';
}

/** The largest difference of a channel at each pixel, of full intensity. */
function difference(result: Picture, reference: Picture): DistanceMap {
  const { width, height } = reference;
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) {
    for (let c = 0; c < 3; c++) {
      const apart = Math.abs(result.data[i * result.channels + c]! - reference.data[i * reference.channels + c]!);
      data[i] = Math.max(data[i]!, apart / 255);
    }
  }
  return { data, width, height };
}
