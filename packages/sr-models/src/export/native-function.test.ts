import { readFileSync } from 'node:fs';
import { memory, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { defineNetwork, type Model, nativeBackend, Parameters, Random, runNetwork } from 'sr-tensor';
import { describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { buildNetwork, type NetworkDescription } from '../build-network.js';
import { compact } from '../compact.js';
import { nativeFunction } from './native-function.js';

// What generators.json calls tiny: every family.
const golden: { tiny: (NetworkDescription & { seed: number })[] } = JSON.parse(
  readFileSync(new URL('../golden/generators.json', import.meta.url), 'utf8'),
);

describeOnBackends(
  'a function of native TensorFlow',
  () => {
    test.each(golden.tiny)('$name $config gives what the network gives', async ({ seed, ...description }) => {
      const network = buildNetwork(description);
      const parameters = Parameters.fromWeights(network.parameters, randomWeights(seed)(network.parameters));
      const compiled = await nativeFunction({ network, parameters });
      for (const [batch, height, width] of [
        [1, 7, 11],
        [2, 16, 5],
      ] as const) {
        const random = new Random(5);
        const pixels = Float32Array.from({ length: batch * height * width * 3 }, () => random.uniform());
        const x = tensor4d(pixels, [batch, height, width, 3]);
        const [expected, actual] = [tidy(() => runNetwork({ network, parameters }, x).output), compiled!(x)];
        expect(actual.shape).toEqual(expected.shape);
        // In units of the deviation.
        const error = tidy(() => actual.sub(expected).abs().max().div(deviation(expected)).dataSync()[0]!);
        expect(error).toBeLessThan(1e-4);
        for (const tensor of [x, expected, actual]) tensor.dispose();
      }
      compiled!.dispose();
      parameters.dispose();
    });

    test('keeps its weights and leaves no tensors', async () => {
      const network = compact({ channels: 4, depth: 1 });
      const before = memory().numTensors;
      const parameters = Parameters.create(network.parameters, { seed: 1 });
      const compiled = (await nativeFunction({ network, parameters }))!;
      const x = tensor4d(new Float32Array(2 * 3 * 3).fill(0.5), [1, 2, 3, 3]);
      const first = compiled(x);
      parameters.dispose();
      const second = compiled(x);
      expect(await second.data()).toEqual(await first.data());
      compiled.dispose();
      expect(() => compiled(x)).toThrow(/sr_network_\d+/);
      for (const tensor of [x, first, second]) tensor.dispose();
      expect(memory().numTensors).toBe(before);
    });

    test('there is none of what cannot be recorded', async () => {
      const network = defineNetwork({ name: 'odd', scale: 1, parameters: {}, apply: x => x.reverse(1) as Tensor4D });
      const model: Model = { network, parameters: Parameters.create({}) };
      expect(await nativeFunction(model)).toBeUndefined();
    });

    test('TensorFlow’s complaints are errors', () => {
      expect(() => nativeBackend()!.defineFunction(new Uint8Array([1, 2, 3]))).toThrow('Invalid FunctionDef');
      expect(() => nativeBackend()!.removeFunction('nothing')).toThrow('nothing');
    });
  },
  { only: ['native'] },
);

describeOnBackends(
  'elsewhere',
  () => {
    test('there is none', async () => {
      const network = compact({ channels: 4, depth: 1 });
      const parameters = Parameters.create(network.parameters, { seed: 1 });
      expect(await nativeFunction({ network, parameters })).toBeUndefined();
      parameters.dispose();
    });
  },
  { only: ['wasm'] },
);

function deviation(x: Tensor4D) {
  return x.sub(x.mean()).square().mean().sqrt();
}
