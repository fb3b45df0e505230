/** What weight files that a person gives are of: told by the tensors in them. */
import { alexNet, type FeatureEncoder, type FeatureNetwork, loadEncoder, squeezeNet, vgg16, vgg19 } from 'sr-features';
import { SrError } from 'sr-tensor';
import { readWeights, type WeightFile } from 'sr-tensor/weights';

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The feature network that a file is of; undefined: of none. */
export function featureNetworkOf({ tensors }: WeightFile): FeatureNetwork | undefined {
  const first = tensors.get('features.0.weight')?.shape.join() ?? tensors.get('conv1.weight')?.shape.join();
  if (first === '64,3,11,11') return alexNet;
  if (tensors.has('features.3.squeeze.weight') || tensors.has('fire2/squeeze1x1.weight')) return squeezeNet;
  if (first === '64,3,3,3') return tensors.has('features.34.weight') ? vgg19 : vgg16;
  return undefined;
}

/**
 * The encoder in a file.
 *
 * @param optionsOf what it is to be like, by the name of its network
 * @throws `weights/unexpected` for a file of something else
 */
export async function encoderOf(
  { name, bytes }: GivenFile,
  optionsOf: (network: string) => Parameters<typeof loadEncoder>[1] & object,
): Promise<FeatureEncoder> {
  const file = readWeights(bytes);
  const network = featureNetworkOf(file);
  if (network !== undefined) return loadEncoder(network, { ...optionsOf(network.name), weights: file });
  throw new SrError({
    code: 'weights/unexpected',
    message: `${name} is not of a network that is known here. Expected the weights of SqueezeNet 1.1, AlexNet, VGG-16 or VGG-19 as torchvision has them (.pth or .safetensors).`,
  });
}
