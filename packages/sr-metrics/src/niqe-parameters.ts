import { unzipSync } from 'fflate';
import { type FileOptions, findAsset } from 'sr-features';
import { SrError } from 'sr-tensor';
import type { NoReferenceMetric } from './metric.js';
import { type NiqeOptions, type NiqeParameters, niqe } from './niqe.js';
import { featureCount } from './niqe-features.js';
import { readMat } from './read-mat.js';
import { readNpy } from './read-npy.js';

/**
 * NIQE with the authors' parameters (125 pristine pictures, blocks of 96x96).
 *
 * In Node the file is looked for in the folders of SR_WEIGHTS_DIR and in the cache, then downloaded; see `findAsset`
 * of `sr-features`.
 *
 * @throws `weights/unavailable` (with the file name, its hash and where to put it), `weights/hash`, `aborted`
 * @example
 * const naturalness = await loadNiqe();
 * const [quality] = await naturalness(result, undefined, { cropBorder: 4 });
 */
export async function loadNiqe(options: FileOptions = {}): Promise<NoReferenceMetric<NiqeOptions>> {
  const { bytes } = await findNiqe(options);
  return niqe({ parameters: readNiqeParameters(bytes) });
}

/** The same numbers are published twice: either file will do. */
async function findNiqe(options: FileOptions): Promise<{ bytes: Uint8Array }> {
  try {
    return await findAsset('niqe', options);
  } catch (error) {
    if (options.signal?.aborted || !SrError.isInstance(error) || error.code !== 'weights/unavailable') throw error;
    return findAsset('niqe-npz', options).catch(() => {
      throw error;
    });
  }
}

/**
 * The parameters in a file: the authors' `modelparameters.mat` (`mu_prisparam`, `cov_prisparam`) or BasicSR's
 * `niqe_pris_params.npz` (`mu_pris_param`, `cov_pris_param`).
 *
 * @param bytes the whole file
 * @throws `metrics/parameters`, `mat/format`, `npy/format`
 */
export function readNiqeParameters(bytes: Uint8Array): NiqeParameters {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const [mean, covariance] = isZip ? fromNpz(bytes) : fromMat(bytes);
  if (mean?.length === featureCount && covariance?.length === featureCount ** 2) return { mean, covariance };
  throw new SrError({
    code: 'metrics/parameters',
    message: `readNiqeParameters: expected ${featureCount} means and ${featureCount} x ${featureCount} covariances, received ${mean?.length ?? 'no'} and ${covariance?.length ?? 'no'} values. Give it modelparameters.mat or niqe_pris_params.npz.`,
  });
}

type Arrays = [mean: Float64Array | undefined, covariance: Float64Array | undefined];

function fromMat(bytes: Uint8Array): Arrays {
  const matrices = readMat(bytes);
  return [matrices.get('mu_prisparam')?.data, matrices.get('cov_prisparam')?.data];
}

/** A table of doubles and its header fit into this. */
const MOST_BYTES = 2 ** 16;

function fromNpz(bytes: Uint8Array): Arrays {
  const wanted = ['mu_pris_param.npy', 'cov_pris_param.npy'];
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => wanted.includes(name) && Math.max(size, originalSize) <= MOST_BYTES,
    });
  } catch (cause) {
    throw new SrError({ code: 'npy/format', message: 'readNiqeParameters: expected a sound .npz file.', cause });
  }
  const [mean, covariance] = wanted.map(name => files[name] && readNpy(files[name]).data);
  return [mean, covariance];
}
