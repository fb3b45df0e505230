/** `sr invert`. */
import { invertFeatures, type OptimizationPreset } from 'style-transfer';
import { fit, type OptimizationOptions, optimizeFile } from '../optimization.js';

export interface InvertOptions extends OptimizationOptions {
  readonly layer: readonly string[];
  readonly preset?: OptimizationPreset;
  readonly size?: number;
  readonly smoothness?: number;
}

export function invert(input: string, options: InvertOptions): Promise<void> {
  const { layer: layers, preset, size, smoothness, iterations, seed } = options;
  return optimizeFile(
    input,
    options,
    (picture, encoder, signal) =>
      invertFeatures(size === undefined ? picture : fit(picture, size), {
        layers,
        signal,
        ...(preset && { preset }),
        ...(encoder && { encoder }),
        ...(smoothness !== undefined && { smoothness }),
        ...(iterations !== undefined && { iterations }),
        ...(seed !== undefined && { seed }),
      }),
    { ...(preset && { preset }), layers },
  );
}
