import { readFileSync } from 'node:fs';
import {
  addN,
  dispose,
  mean,
  norm,
  type Scalar,
  square,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { countParameters, type Model, Parameters, Random, runNetwork } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, expectSummary, randomWeights, type TensorSummary } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { buildNetwork, type NetworkDescription } from '../build-network.js';

interface Case extends NetworkDescription {
  seed: number;
  size: [number, number];
  outputs: Record<string, TensorSummary>;
  /** Of the sum over the outputs of the mean of their squares. */
  gradient: TensorSummary;
  /** How far PyTorch's own float32 gradient is from this one, in deviations. */
  float32Error: number;
  gradientNorms: Record<string, number>;
}
interface Golden {
  tolerance: number;
  counts: (NetworkDescription & { parameters: number })[];
  tiny: Case[];
  cases: Case[];
}
// Made by tools/oracles/generators.py with PyTorch.
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/generators.json', import.meta.url), 'utf8'));

/** Of the gradients of parameters: sums over thousands of pixels, of both signs, one after the other in float32. */
const sumTolerance = 1e-3;

describe('generators', () => {
  test.each(golden.counts.map(c => [`${c.name} ${JSON.stringify(c.config)}`, c] as const))(
    '%s has as many parameters as in PyTorch',
    (_, { parameters, ...description }) => {
      expect(countParameters(buildNetwork(description), { trainable: true })).toBe(parameters);
    },
  );

  describeOnBackends('equal PyTorch', backend => {
    // The cpu backend and the CPU as a GPU would take minutes for the others.
    const cases = (backend === 'native' || backend === 'wasm' ? golden.cases : golden.tiny).map(
      c => [`${c.name} ${JSON.stringify(c.config)}`, c] as const,
    );

    test.each(cases)('%s', async (_, c) => {
      await expectNoLeaks(async () => {
        const { network, parameters, picture } = filled(c);
        const result = tidy(() => {
          const { output, outputs } = runNetwork({ network, parameters }, picture(), { outputs: true });
          return { '': output, ...Object.fromEntries(outputs) } as Record<string, Tensor4D>;
        });
        expect(Object.keys(result).sort()).toEqual(Object.keys(c.outputs).sort());
        for (const [name, expected] of Object.entries(c.outputs)) {
          const actual = result[name]!;
          await expectSummary(actual, expected, { tolerance: golden.tolerance, what: name });
          actual.dispose();
        }
        parameters.dispose();
      });
    });

    test.each(cases)('in gradients too: %s', async (_, c) => {
      const { network, parameters, picture } = filled(c);
      const x = variable(picture());
      const names = [...parameters.trainable().keys()];
      const variables = names.map(name => parameters.get(name));
      const { value, grads } = variableGrads(() => {
        const { output, outputs } = runNetwork({ network, parameters }, x as Tensor as Tensor4D, { outputs: true });
        return addN([output, ...outputs.values()].map(y => mean(square(y)))) as Scalar;
      }, [x, ...variables]);
      const gradient = grads[x.name]!;
      // Where a tanh saturates 1 - y^2 loses digits, in PyTorch's float32 as well.
      const tolerance = Math.max(golden.tolerance, 4 * c.float32Error);
      await expectSummary(gradient, c.gradient, { tolerance, what: 'gradient' });
      const wanted = Object.entries(c.gradientNorms);
      expect(names.toSorted()).toEqual(wanted.map(([name]) => name).toSorted());
      for (const [name, expected] of wanted) {
        const actual = tidy(() => norm(grads[parameters.get(name).name]!));
        expect(Math.abs((await actual.data())[0]! - expected), name).toBeLessThanOrEqual(sumTolerance * expected);
        actual.dispose();
      }
      dispose([value, grads, x]);
      parameters.dispose();
    });
  });
});

/** The network of a case with the weights of the oracle, and its picture. */
function filled({ seed, size: [height, width], ...description }: Case): Model & {
  picture: () => Tensor4D;
} {
  const network = buildNetwork(description);
  const parameters = Parameters.fromWeights(network.parameters, randomWeights(seed)(network.parameters));
  const random = new Random(seed);
  const pixels = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
  return { network, parameters, picture: () => tensor4d(pixels, [1, height, width, 3]) };
}
