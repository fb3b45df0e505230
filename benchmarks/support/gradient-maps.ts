/** What SPSR's gradient maps (Ma et al. 2020, equation 3) of a result have to do with those of the original. */
import { abs, mean, sub, tidy } from '@tensorflow/tfjs-core';
import { defineMetric, gradientMap, type Metric, type Picture, pictureToTensor } from 'sr-tensor';

const info = { mode: 'full-reference', differentiable: false, reference: 'Ma et al., CVPR 2020, equation 3' } as const;

/** The mean of the map by the mean of the original's: 1 is as sharp. */
export const gradientStrength: Metric = defineMetric(
  async (result, reference) => {
    const [made, original] = await means(result as Picture, reference as Picture);
    return Float64Array.of(made! / original!);
  },
  { ...info, name: 'gradient-strength', direction: 'higher', range: [0, Number.POSITIVE_INFINITY] },
);

/** The mean absolute difference of the maps by the mean of the original's. */
export const gradientError: Metric = defineMetric(
  async (result, reference) => {
    const [, original, difference] = await means(result as Picture, reference as Picture);
    return Float64Array.of(difference! / original!);
  },
  { ...info, name: 'gradient-error', direction: 'lower', range: [0, Number.POSITIVE_INFINITY] },
);

/** Of the map of the result, of the original's, and of how much they differ. */
async function means(result: Picture, reference: Picture): Promise<number[]> {
  const values = tidy(() => {
    const [made, original] = [result, reference].map(picture =>
      gradientMap(pictureToTensor(picture), { paddingMode: 'replicate' }),
    );
    return [mean(made!), mean(original!), mean(abs(sub(made!, original!)))];
  });
  const numbers = await Promise.all(values.map(async value => (await value.data())[0]!));
  for (const value of values) value.dispose();
  return numbers;
}
