import { type FileOptions, findAsset } from 'sr-features';
import { SrError } from 'sr-tensor';
import { type BrisqueOptions, type BrisqueParameters, brisque, featureCount } from './brisque.js';
import type { NoReferenceMetric } from './metric.js';

/**
 * BRISQUE with the authors' regression.
 *
 * In Node the file is looked for in the folders of SR_WEIGHTS_DIR and in the cache, then downloaded; see `findAsset`
 * of `sr-features`.
 *
 * @throws `weights/unavailable` (with the file name, its hash and where to put it), `weights/hash`, `aborted`
 * @example
 * const quality = await loadBrisque();
 * const [score] = await quality(result);
 */
export async function loadBrisque(options: FileOptions = {}): Promise<NoReferenceMetric<BrisqueOptions>> {
  const { bytes } = await findAsset('brisque', options);
  return brisque({ parameters: readBrisqueParameters(new TextDecoder().decode(bytes)) });
}

/** The authors' model has 774. */
const MOST_VECTORS = 100_000;

/**
 * A regression that libsvm has saved: `allmodel` of the authors' release.
 *
 * @param text the whole file: epsilon-SVR with a Gaussian kernel on 36 features
 * @throws `metrics/parameters` for anything else
 */
export function readBrisqueParameters(text: string): BrisqueParameters {
  const [head = '', body] = text.split(/^SV\s*$/m, 2);
  const header = new Map(head.split('\n').map(line => line.trim().split(/\s+/, 2) as [string, string]));
  const gamma = Number(header.get('gamma') ?? Number.NaN);
  const rho = Number(header.get('rho') ?? Number.NaN);
  const isFitting = header.get('svm_type') === 'epsilon_svr' && header.get('kernel_type') === 'rbf';
  const lines = (body ?? '').split('\n').filter(line => line.trim() !== '');
  if (
    !isFitting ||
    !Number.isFinite(gamma) ||
    !Number.isFinite(rho) ||
    lines.length === 0 ||
    lines.length > MOST_VECTORS
  )
    throw invalid('a libsvm model (epsilon_svr, rbf) with support vectors');

  const coefficients = new Float64Array(lines.length);
  const vectors = new Float64Array(lines.length * featureCount);
  for (const [k, line] of lines.entries()) {
    const [coefficient, ...values] = line.trim().split(/\s+/);
    coefficients[k] = Number(coefficient);
    for (const value of values) {
      const [index, number] = value.split(':', 2).map(Number) as [number, number];
      if (!(Number.isInteger(index) && index >= 1 && index <= featureCount)) {
        throw invalid(`features 1 to ${featureCount}, received "${value.slice(0, 20)}"`);
      }
      vectors[k * featureCount + index - 1] = number;
    }
  }
  if (!coefficients.every(Number.isFinite) || !vectors.every(Number.isFinite)) throw invalid('finite numbers');
  return { gamma, rho, coefficients, vectors };
}

function invalid(expected: string): SrError {
  return new SrError({
    code: 'metrics/parameters',
    message: `readBrisqueParameters: expected ${expected}. Give it the text of allmodel from the authors' release.`,
  });
}
