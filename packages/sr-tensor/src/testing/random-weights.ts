/**
 * Weights from a counter, the same in tools/oracles/random_weights.py, so that large networks are proven without files.
 *
 * Each 32-bit word of Philox gives two values u in (-1, 1), its lower half h first: u = (2h + 1) / 65536 - 1, computed in
 * doubles and rounded to float32 at the end. The blocks of a tensor are counted from 0; the upper half of the key is the
 * FNV-1a hash of its name (21 bits of it, so that the key stays an exact integer).
 *
 * A weight of a convolution or linear layer is u sqrt(6 / fanIn) (He et al. 2015, as a uniform distribution), a factor or
 * variance of a normalisation 1 + u / 2, everything else u / 10.
 */
import type { ParameterSpecs } from '../network.js';
import { fileShape } from '../parameters.js';
import { philox } from '../random.js';
import type { WeightTensor } from '../weights/types.js';

/**
 * Weights for any network, in PyTorch's order of axes: as `weights` of `createEncoder`, or for `Parameters.fromWeights`.
 *
 * @param seed an integer in [0, 2^32)
 * @example
 * const encoder = createEncoder(vgg19, randomWeights(1));
 * const parameters = Parameters.fromWeights(network.parameters, randomWeights(1)(network.parameters));
 */
export function randomWeights(seed: number): (specs: ParameterSpecs) => Map<string, WeightTensor> {
  return specs =>
    new Map(
      Object.entries(specs).map(([name, spec]) => {
        const shape = fileShape(spec);
        return [name, { dtype: 'f32', shape, data: draw(name, shape, seed) }];
      }),
    );
}

function draw(name: string, shape: readonly number[], seed: number): Float32Array {
  const { factor, offset } = distribution(name, shape);
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const key = seed + (fnv1a(name) % 2 ** 21) * 2 ** 32;
  for (let i = 0; i < values.length; i += 8) {
    const words = philox(key, i / 8);
    for (let j = 0; j < 8 && i + j < values.length; j++) {
      const half = j % 2 === 0 ? words[j >> 1]! & 0xffff : words[j >> 1]! >>> 16;
      values[i + j] = offset + factor * ((2 * half + 1) / 65536 - 1);
    }
  }
  return values;
}

function distribution(name: string, shape: readonly number[]): { factor: number; offset: number } {
  if (shape.length > 1) {
    const fanIn = shape.slice(1).reduce((product, n) => product * n, 1);
    return { factor: Math.sqrt(6 / fanIn), offset: 0 };
  }
  return /(^|\.)(weight|running_var)$/.test(name) ? { factor: 0.5, offset: 1 } : { factor: 0.1, offset: 0 };
}

/** The 32-bit hash of Fowler, Noll and Vo, variant 1a, of ASCII text. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
