/** Networks for optimisation: those of the presets, and which layers others use. */
import { loadAlexNet, loadSqueezeNet, loadVgg16, loadVgg19 } from 'sr-features';
import type { Encoder } from 'sr-tensor';
import { type OptimizationForm, type OptimizationPreset, optimizationForm } from './presets.js';

/** Layers of a network that stand for content and style. */
export interface StyleLayers {
  readonly content: readonly string[];
  readonly style: readonly string[];
}

/** By the name of the network. */
const presets: ReadonlyMap<string, OptimizationPreset> = new Map([
  ['squeezenet1_1', 'squeezenet'],
  ['alexnet', 'alexnet'],
]);

/** The preset where none is asked for: that of the network, or Gatys's. */
export function defaultPreset(encoder: Encoder | undefined): OptimizationPreset {
  return presets.get(encoder?.encoderName ?? '') ?? 'gatys';
}

/** The layers that this package takes where a network has not those of a preset; undefined for networks that it does not know. */
export function defaultLayers({ encoderName }: Encoder): StyleLayers | undefined {
  const preset = presets.get(encoderName);
  if (preset === undefined) return undefined;
  const { contentLayers, styleLayers } = optimizationForm(preset);
  return { content: Object.keys(contentLayers), style: Object.keys(styleLayers) };
}

/** The network of a preset as deep as needed. */
export function loadPresetEncoder(
  { name, pooling, preprocessing }: OptimizationForm['network'],
  layers: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Encoder> {
  const load = { vgg16: loadVgg16, vgg19: loadVgg19, squeezenet1_1: loadSqueezeNet, alexnet: loadAlexNet }[name];
  return load({ pooling, preprocessing, layers, ...(signal && { signal }) });
}
