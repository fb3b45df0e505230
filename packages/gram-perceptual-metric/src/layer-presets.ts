/** The layers that the metrics take of the networks they are published for. */
import { type Encoder, SrError } from 'sr-tensor';

/**
 * The first document of the Gram distance drops "the feature activations before the first pooling layer and after the
 * penultimate pooling layer" (Gondal et al. 2018, section 7). Its readings:
 *
 * - `'literal'`: the taps of LPIPS between the first and the penultimate pool of the convolutional part;
 * - `'tail'`: the classifier's pool counts as the last one, so that taps up to the last pool before it stay;
 * - `'inner'`: all taps of LPIPS but the first and the last.
 */
export type GramPreset = 'literal' | 'tail' | 'inner';

interface NetworkLayers extends Record<GramPreset, readonly string[]> {
  /** In the names of metrics. */
  readonly short: string;
  /** All taps of LPIPS (github.com/richzhang/PerceptualSimilarity, pretrained_networks.py). */
  readonly lpips: readonly string[];
}

/** By the name of the encoder. */
const networks: Readonly<Record<string, NetworkLayers>> = {
  // Pools behind relu1, relu2 and relu5.
  alexnet: {
    short: 'alex',
    lpips: ['relu1', 'relu2', 'relu3', 'relu4', 'relu5'],
    literal: ['relu2'],
    tail: ['relu2', 'relu3', 'relu4', 'relu5'],
    inner: ['relu2', 'relu3', 'relu4'],
  },
  // Pools behind relu1, fire3 and fire5.
  squeezenet1_1: {
    short: 'squeeze',
    lpips: ['relu1', 'fire3', 'fire5', 'fire6', 'fire7', 'fire8', 'fire9'],
    literal: ['fire3'],
    tail: ['fire3', 'fire5'],
    inner: ['fire3', 'fire5', 'fire6', 'fire7', 'fire8'],
  },
  // Pools behind every stage.
  vgg16: {
    short: 'vgg16',
    lpips: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3', 'relu5_3'],
    literal: ['relu2_2', 'relu3_3', 'relu4_3'],
    tail: ['relu2_2', 'relu3_3', 'relu4_3', 'relu5_3'],
    inner: ['relu2_2', 'relu3_3', 'relu4_3'],
  },
};

const presets: readonly string[] = ['literal', 'tail', 'inner', 'lpips'];

/** `alex` for `alexnet`; other encoders keep their name. */
export function shortName({ encoderName }: Encoder): string {
  return networks[encoderName]?.short ?? encoderName;
}

/**
 * The layers of a preset for a network.
 *
 * @throws `gram/layers` for other networks and presets
 */
export function presetLayers(encoderName: string, preset: GramPreset | 'lpips'): readonly string[] {
  const network = Object.hasOwn(networks, encoderName) ? networks[encoderName] : undefined;
  const layers = presets.includes(preset) ? network?.[preset] : undefined;
  if (layers !== undefined) return layers;
  throw new SrError({
    code: 'gram/layers',
    message: `expected a preset (literal, tail, inner) of ${Object.keys(networks).join(', ')}, or layers; received the preset "${preset}" of ${encoderName} and no layers.`,
  });
}

/**
 * Those given, or the layers of a preset.
 *
 * @throws `gram/layers` if there are neither
 */
export function layersOf(
  { encoderName, layers }: Encoder,
  preset: GramPreset | 'lpips',
  given: readonly string[] | undefined,
): readonly string[] {
  if (given === undefined) return presetLayers(encoderName, preset);
  if (given.length > 0) return given;
  throw new SrError({
    code: 'gram/layers',
    message: `layers: expected at least one of ${layers.join(', ')}, received none.`,
  });
}
