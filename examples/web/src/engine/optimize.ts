/** Style transfer by optimisation: the picture changes until a network finds the painting's texture in it. */
import { fromBlob, toImageData } from 'sr-data/browser';
import { joinAlpha, splitAlpha } from 'sr-tensor';
import type { HandlerContext } from 'sr-tensor/worker';
import { optimizeStyle } from 'style-transfer';
import type { OptimizeEvent, OptimizeJob, PictureResult } from './contract.js';
import { encoderOf } from './given-weights.js';
import { pngFile } from './png-file.js';
import { useBackend } from './settings.js';
import { limited, maskOf } from './stylize.js';

export async function optimize(job: OptimizeJob, { signal, onProgress }: HandlerContext): Promise<PictureResult> {
  const started = performance.now();
  await useBackend();
  const { options, iterations, largestSide } = job;
  const { color, alpha } = splitAlpha(limited(await fromBlob(job.photo), largestSide));
  const styles = await Promise.all(
    job.paintings.map(async ({ file, weight }) => ({
      weight,
      picture: splitAlpha(limited(await fromBlob(file), largestSide)).color,
    })),
  );
  const encoder = await encoderOf(job.encoder, optionsOf);
  try {
    let picture = color;
    const steps = optimizeStyle(color, styles, {
      encoder,
      signal,
      iterations,
      start: 'content',
      strength: options.strength,
      // The presets that stand for these networks count the content by 1.
      weights: { content: 1 / job.styleWeight },
      ...(options.keepColor !== 'none' && { keepColor: options.keepColor }),
      ...(options.mask && { masks: [{ content: maskOf(options.mask, color) }] }),
    });
    for await (const step of steps) {
      picture = step.picture;
      const event: OptimizeEvent = {
        iteration: step.iteration,
        iterations: step.iterations,
        losses: { ...step.losses },
        image: toImageData(picture),
      };
      onProgress(event);
      // A stop has its turn between iterations.
      await new Promise(resolve => setTimeout(resolve));
    }
    const whole = alpha === undefined ? picture : joinAlpha(picture, alpha);
    const seconds = (performance.now() - started) / 1000;
    return { file: await pngFile(whole), image: toImageData(whole), seconds };
  } finally {
    encoder.dispose();
  }
}

/** What `optimizeStyle` takes for a network without being told: VGG as Gatys et al. used it, the others as they were trained. */
function optionsOf(network: string): { pooling?: 'average'; preprocessing?: 'caffe' } {
  return network.startsWith('vgg') ? { pooling: 'average', preprocessing: 'caffe' } : {};
}
