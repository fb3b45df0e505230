/** `loadUpscaler` for those who have files. */
import { readWeightFile } from 'sr-tensor/weights/node';
import { type LoadUpscalerOptions, loadUpscaler as load, type UpscalerSource } from './load-upscaler.js';
import type { Upscaler } from './upscaler.js';

/**
 * `loadUpscaler` of `sr-models`, which also takes the path of a safetensors file with a model card.
 *
 * @param source a path, a `file:` URL, or whatever `loadUpscaler` of `sr-models` takes
 * @throws as `loadUpscaler` and `readWeightFile`
 * @example
 * import { loadUpscaler } from 'sr-models/node';
 *
 * const upscaler = await loadUpscaler('runs/mine/best.safetensors');
 */
export async function loadUpscaler(
  source: string | URL | UpscalerSource,
  options: LoadUpscalerOptions = {},
): Promise<Upscaler> {
  const isPath = typeof source === 'string' || source instanceof URL;
  return load(isPath ? await readWeightFile(source) : source, options);
}
