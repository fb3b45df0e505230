// Operations of sr-tensor, what they are made of, and what a kernel of its own would have to do at least, in turns.
import {
  add,
  depthToSpace,
  dispose,
  matMul,
  mean,
  moments,
  mul,
  type Rank,
  randomNormal,
  relu,
  reshape,
  rsqrt,
  square,
  sub,
  type Tensor,
  conv2d as tfConv2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { gramMatrix } from 'gram-perceptual-metric';
import { conv2d, instanceNorm, pixelShuffle } from 'sr-tensor';
import { type BackendName, selectBackend } from 'sr-tensor/backend';

export interface PageResult {
  readonly device: string;
  /** Milliseconds of each round, by operation and by way. */
  readonly times: Readonly<Record<string, Readonly<Record<string, number[]>>>>;
}

const query = new URLSearchParams(location.search);
const side = Number(query.get('side'));
const rounds = Number(query.get('rounds'));
/** Of x4-small. */
const channels = 32;
/** The GPU has done a computation when its values are read; so many are asked for at once that reading counts little. */
const repeats = 10;

async function main(): Promise<PageResult> {
  const { device } = await selectBackend({ backend: query.get('backend') as BackendName });
  const x = randomNormal<Rank.R4>([1, side, side, channels]);
  const deep = randomNormal<Rank.R4>([1, side, side, 48]);
  const weight = randomNormal<Rank.R4>([3, 3, channels, channels]);
  const bias = randomNormal([channels]);

  const operations: Record<string, Record<string, () => Tensor>> = {
    'convolution, bias, ReLU': {
      'sr-tensor': () => conv2d(x, { weight, bias }, { activation: 'relu' }),
      'three kernels': () => relu(add(tfConv2d(x, weight, 1, 'same'), bias)),
      'the convolution alone': () => tfConv2d(x, weight, 1, 'same'),
    },
    'pixel shuffle': {
      'sr-tensor': () => pixelShuffle(deep, 4),
      'sr-tensor, order of TensorFlow': () => pixelShuffle(deep, 4, { order: 'tensorflow' }),
      'kernel of tfjs': () => depthToSpace(deep, 4, 'NHWC'),
      'one pass over it': () => square(deep),
    },
    'Gram matrix': {
      'sr-tensor': () => gramMatrix(x),
      'the product alone': () => {
        const flat = reshape(x, [side * side, channels]);
        return matMul(flat, flat, true);
      },
    },
    'instance norm': {
      'sr-tensor': () => instanceNorm(x, { weight: bias, bias }),
      'operations of tfjs': () => {
        const { mean: middle, variance } = moments(x, [1, 2], true);
        return add(mul(mul(sub(x, middle), rsqrt(add(variance, 1e-5))), bias), bias);
      },
      'one mean and one pass over it': () => sub(x, mean(x, [1, 2], true)),
    },
    'an operation with a value for each channel': {
      'of shape [1, 1, 1, channels]': () => mul(x, reshape(bias, [1, 1, 1, channels])),
      'of shape [channels]': () => mul(x, bias),
    },
  };

  const times: Record<string, Record<string, number[]>> = {};
  for (const [name, ways] of Object.entries(operations)) {
    const found: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map(way => [way, []]));
    // The round before the first compiles.
    for (let round = -1; round < rounds; round++) {
      for (const [way, run] of Object.entries(ways)) {
        const started = performance.now();
        const results = Array.from({ length: repeats }, () => tidy(run));
        const last = results.at(-1)!;
        const value = tidy(() => mean(last));
        await value.data();
        if (round >= 0) found[way]!.push((performance.now() - started) / repeats);
        dispose([...results, value]);
      }
    }
    times[name] = found;
  }
  dispose([x, deep, weight, bias]);
  return { device, times };
}

main()
  .catch((error: Error) => ({ failure: String(error.stack) }))
  .then(result => Object.assign(globalThis, { result }));
