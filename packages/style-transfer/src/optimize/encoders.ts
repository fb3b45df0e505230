/** Networks for optimisation: those of the presets, and which layers others use. */
import { loadVgg16, loadVgg19 } from 'sr-features';
import type { Encoder } from 'sr-tensor';
import type { OptimizationForm } from './presets.js';

/** Layers of a network that stand for content and style. */
export interface StyleLayers {
  readonly content: readonly string[];
  readonly style: readonly string[];
}

const layersOf: Readonly<Record<string, StyleLayers>> = {
  // The first layer of each size of feature maps for the style, the middle of them for the content.
  squeezenet1_1: { content: ['fire4'], style: ['relu1', 'fire2', 'fire4', 'fire6'] },
  alexnet: { content: ['relu3'], style: ['relu1', 'relu2', 'relu3', 'relu4'] },
};

/** The layers that this package takes where a network has not those of a preset; undefined for networks that it does not know. */
export function defaultLayers({ encoderName }: Encoder): StyleLayers | undefined {
  return Object.hasOwn(layersOf, encoderName) ? layersOf[encoderName] : undefined;
}

/** The network of a preset as deep as needed. */
export function loadPresetEncoder(
  { name, pooling, preprocessing }: OptimizationForm['network'],
  layers: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Encoder> {
  const options = { pooling, preprocessing, layers, ...(signal && { signal }) };
  return name === 'vgg16' ? loadVgg16(options) : loadVgg19(options);
}
