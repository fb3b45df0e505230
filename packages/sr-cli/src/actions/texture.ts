/** `sr texture`. */
import { type OptimizationPreset, synthesizeTexture } from 'style-transfer';
import { type OptimizationOptions, optimizeFile } from '../optimization.js';

export interface TextureOptions extends OptimizationOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly preset?: OptimizationPreset;
  readonly layers?: readonly string[];
  readonly smoothness?: number;
}

export function texture(input: string, options: TextureOptions): Promise<void> {
  const { size, preset, layers, smoothness, iterations, seed } = options;
  return optimizeFile(
    input,
    options,
    (picture, encoder, signal) =>
      synthesizeTexture(picture, {
        ...size,
        signal,
        ...(preset && { preset }),
        ...(encoder && { encoder }),
        ...(layers && { layers }),
        ...(smoothness !== undefined && { smoothness }),
        ...(iterations !== undefined && { iterations }),
        ...(seed !== undefined && { seed }),
      }),
    { ...(preset && { preset }), ...(layers && { layers }) },
  );
}
