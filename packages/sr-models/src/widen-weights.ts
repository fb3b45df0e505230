import { fileShape, type Network, Parameters, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';

/**
 * The weights of a narrow `compact` network as the beginning of a wider one of the same depth, which at first computes the same.
 *
 * Its first channels are those of the narrow one. The others see what there is with random weights, as in a network that was not
 * yet trained, and no earlier channel sees them: that weight is 0, and the first steps of a training change it.
 *
 * @param network the wider network
 * @param weights of the narrow one, in PyTorch's names and order of axes
 * @param options.seed of the random weights; default 1
 * @throws `network/mismatch` for another network than `compact`, or weights that are none of a narrower one
 * @see Chen et al., "Net2Net: accelerating learning via knowledge transfer", ICLR 2016, which doubles channels where this adds some
 * @example
 * import small from 'sr-weights/x4-small';
 *
 * const { parameters } = await loadModel(small);
 * const weights = await widenWeights(compact({ channels: 64, depth: 9 }), await parameters.toWeights());
 */
export async function widenWeights(
  network: Pick<Network, 'name' | 'parameters'>,
  weights: ReadonlyMap<string, WeightTensor>,
  { seed = 1 }: { seed?: number } = {},
): Promise<Map<string, WeightTensor>> {
  if (network.name !== 'compact') throw mismatch(`only a compact network can be widened, not "${network.name}"`);
  for (const [name, spec] of Object.entries(network.parameters)) {
    const [wide, narrow] = [fileShape(spec), weights.get(name)?.shape];
    const fits = narrow?.length === wide.length && narrow.every((size, axis) => size <= wide[axis]!);
    if (!fits) throw mismatch(`"${name}" is [${narrow ?? 'missing'}], which is no part of [${wide}]`);
  }
  for (const name of weights.keys()) {
    if (!Object.hasOwn(network.parameters, name)) throw mismatch(`it has no "${name}"`);
  }
  const random = Parameters.create(network.parameters, { seed });
  const initial = await random.toWeights();
  random.dispose();
  return new Map([...initial].map(([name, wide]) => [name, placed(weights.get(name)!, wide)]));
}

/** The narrow weights in the corner of the wide ones; of what new channels give to earlier ones, nothing. */
function placed(narrow: WeightTensor, wide: WeightTensor): WeightTensor {
  const [, inputs = 1, ...kernel] = wide.shape as [number, ...number[]];
  const [ownOutputs, ownInputs = 1] = narrow.shape as [number, ...number[]];
  const taps = kernel.reduce((product, n) => product * n, 1);
  const data = Float32Array.from(wide.data);
  for (let output = 0; output < ownOutputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const to = (output * inputs + input) * taps;
      const from = (output * ownInputs + input) * taps;
      for (let tap = 0; tap < taps; tap++) data[to + tap] = input < ownInputs ? narrow.data[from + tap]! : 0;
    }
  }
  return { dtype: 'f32', shape: wide.shape, data };
}

function mismatch(why: string): SrError {
  return new SrError({
    code: 'network/mismatch',
    message: `Expected the weights of a compact network of the same depth and scale with as many channels or fewer: ${why}.`,
  });
}
