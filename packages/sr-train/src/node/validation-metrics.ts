/** The metrics that a recipe can validate by, by name. */
import { gmsd, loadDists, loadLpips, psnr, ssim, vifp } from 'sr-metrics';
import { nearest } from 'sr-models';
import { SrError } from 'sr-tensor';
import { inColour, onY, psnrOnY, type ValidationMetric } from '../validation.js';

const metrics: Readonly<Record<string, () => ValidationMetric | Promise<ValidationMetric>>> = {
  psnr: () => psnrOnY,
  ssim: () => onY(ssim),
  'psnr-rgb': () => inColour(psnr),
  gmsd: () => onY(gmsd),
  vifp: () => onY(vifp),
  lpips: async () => inColour(await loadLpips()),
  'lpips-squeeze': async () => inColour(await loadLpips({ network: 'squeeze' })),
  'lpips-vgg': async () => inColour(await loadLpips({ network: 'vgg' })),
  dists: async () => inColour(await loadDists()),
};

/** The names that `validation.metrics` of a recipe knows: PSNR, SSIM, GMSD and VIFp on Y, the others in colour. */
export const validationMetrics: readonly string[] = Object.keys(metrics);

/**
 * The metrics of a recipe, under the names that it gives them; the caller disposes them.
 *
 * @throws `recipe/invalid` for a name that there is not, and what loading throws (`weights/unavailable`)
 */
export async function loadMetrics(names: readonly string[]): Promise<ValidationMetric[]> {
  const unknown = names.find(name => !Object.hasOwn(metrics, name));
  if (unknown !== undefined) {
    throw new SrError({
      code: 'recipe/invalid',
      message: `Recipe: validation.metrics: there is no metric "${unknown}"; there are ${validationMetrics.join(', ')}. Did you mean "${nearest(unknown, validationMetrics)}"?`,
    });
  }
  const loaded: ValidationMetric[] = [];
  try {
    for (const name of names) loaded.push({ ...(await metrics[name]!()), name });
    return loaded;
  } catch (error) {
    for (const metric of loaded) metric.dispose?.();
    throw error;
  }
}
