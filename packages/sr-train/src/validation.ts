import { tidy } from '@tensorflow/tfjs-core';
import { psnr } from 'sr-metrics';
import {
  type Metric,
  type MetricInfo,
  type Model,
  type Picture,
  pictureToTensor,
  runNetwork,
  tensorToPicture,
} from 'sr-tensor';
import type { ValidationScore } from './train-steps.js';

/** A picture and what enlarging it should give. */
export interface ValidationPair {
  readonly name: string;
  readonly input: Picture;
  readonly target: Picture;
}

/** A metric as a validation takes it: one value of a picture and its reference. */
export interface ValidationMetric extends Pick<MetricInfo, 'name' | 'direction'> {
  measure(result: Picture, reference: Picture, options: { scale: number }): Promise<number>;
  dispose?(): void;
}

export interface PictureScores extends ValidationScore {
  /** The means over the pictures, by metric. */
  readonly scores: Readonly<Record<string, number>>;
  readonly pictures: readonly {
    readonly name: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly result: Picture;
  }[];
}

/** PSNR on Y, `scale` pixels left out at each border, as papers have it. */
export const psnrOnY: ValidationMetric = onY(psnr);

/** A metric that has `channel` and `cropBorder`, on Y, `scale` pixels left out at each border. */
export function onY(metric: Metric<{ channel?: 'y'; cropBorder?: number }>): ValidationMetric {
  const { name, direction } = metric;
  return {
    name,
    direction,
    measure: async (result, reference, { scale }) =>
      (await metric(result, reference, { channel: 'y', cropBorder: scale }))[0]!,
  };
}

/** A metric of whole pictures in colour. */
export function inColour(metric: Metric & { dispose?(): void }): ValidationMetric {
  const { name, direction } = metric;
  return {
    name,
    direction,
    measure: async (result, reference) => (await metric(result, reference))[0]!,
    ...(metric.dispose && { dispose: () => metric.dispose!() }),
  };
}

/**
 * A validation: enlarges every picture and measures it.
 *
 * @param pairs of pictures that are not trained on
 * @param options.metrics default PSNR on Y
 * @returns for `trainSteps`
 */
export function validateOn(
  pairs: readonly ValidationPair[],
  { metrics = [psnrOnY] }: { metrics?: readonly ValidationMetric[] } = {},
): (model: Model) => Promise<PictureScores> {
  return async model => {
    const { scale } = model.network;
    const pictures: PictureScores['pictures'][number][] = [];
    for (const { name, input, target } of pairs) {
      const result = await enlarge(model, input);
      const scores: Record<string, number> = {};
      for (const metric of metrics) scores[metric.name] = await metric.measure(result, target, { scale });
      pictures.push({ name, scores, result });
    }
    const mean = (name: string): number =>
      pictures.reduce((sum, { scores }) => sum + scores[name]!, 0) / pictures.length;
    return { scores: Object.fromEntries(metrics.map(({ name }) => [name, mean(name)])), pictures };
  };
}

async function enlarge(model: Model, picture: Picture): Promise<Picture> {
  const input = pictureToTensor(picture);
  const output = tidy(() => runNetwork(model, input).output);
  try {
    return await tensorToPicture(output);
  } finally {
    input.dispose();
    output.dispose();
  }
}
