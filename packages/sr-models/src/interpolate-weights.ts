import { SrError } from 'sr-tensor';
import type { ModelCard, WeightFile, WeightTensor } from 'sr-tensor/weights';
import { type ModelData, readModel, type WeightModule } from './load-model.js';

/**
 * Network interpolation: the weights (1 - amount) A + amount B of two trainings of one network, one of which began with
 * what the other gave. From a form for fidelity to a perceptual one it trades distortion for detail without training.
 *
 * @param from a module of `sr-weights`, the bytes of a safetensors file with a model card, or what was read from one
 * @param to as `from`: the same network with the same config
 * @param amount from 0, the weights of `from`, to 1, those of `to`
 * @returns a weight file in memory, with a card, which `loadUpscaler`, `loadModel` and `writeWeights` take
 * @throws `option/invalid` for an amount outside [0, 1], `network/mismatch` for weights of two networks, and as `loadModel`
 * @see Wang et al., "ESRGAN", ECCV Workshops 2018, section 3.4
 * @example
 * import small from 'sr-weights/x4-small';
 * import vivid from 'sr-weights/x4-small-adversarial';
 *
 * const half = await interpolateWeights(small, vivid, 0.5);
 * const upscaler = await loadUpscaler(half);
 */
export async function interpolateWeights(
  from: WeightModule | Uint8Array | WeightFile,
  to: WeightModule | Uint8Array | WeightFile,
  amount: number,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<WeightFile> {
  if (!(amount >= 0 && amount <= 1)) {
    throw new SrError({
      code: 'option/invalid',
      message: `amount: expected a number from 0 to 1, received ${amount}.`,
    });
  }
  const [first, second] = await Promise.all([readModel(from, signal), readModel(to, signal)]);
  const tensors = new Map<string, WeightTensor>();
  for (const [name, [a, b]] of pairsOf(first, second)) {
    const data = a.data.map((value, at) => (1 - amount) * value + amount * b.data[at]!);
    tensors.set(name, { dtype: 'f32', shape: a.shape, data });
  }
  return { tensors, metadata: { card: JSON.stringify(cardOf(first.card, second.card, amount)) } };
}

/** The tensors of both, by name. */
function pairsOf(first: ModelData, second: ModelData): Map<string, [WeightTensor, WeightTensor]> {
  const [one, other] = [first, second].map(({ network: { name, config } }) => JSON.stringify({ name, config }));
  const names = new Set([...first.weights.keys(), ...second.weights.keys()]);
  const pairs = new Map<string, [WeightTensor, WeightTensor]>();
  for (const name of names) {
    const [a, b] = [first.weights.get(name), second.weights.get(name)];
    if (one !== other || a === undefined || b === undefined || `${a.shape}` !== `${b.shape}`) {
      throw new SrError({
        code: 'network/mismatch',
        message: `Only weights of one network can be interpolated; "${first.card.name}" is ${one}, "${second.card.name}" is ${other}, and "${name}" has the shapes [${a?.shape ?? 'none'}] and [${b?.shape ?? 'none'}].`,
      });
    }
    pairs.set(name, [a, b]);
  }
  return pairs;
}

/** What nobody measured is left out: results and the hash. */
function cardOf({ sha256: _, ...first }: ModelCard, second: ModelCard, amount: number): ModelCard {
  return {
    ...first,
    name: `${first.name}+${amount}*${second.name}`,
    description: `Between "${first.name}" and "${second.name}": ${1 - amount} and ${amount} of their weights.`,
    training: { from: first.name, to: second.name, amount },
    results: {},
  };
}
