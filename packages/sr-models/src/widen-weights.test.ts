import { type Rank, randomUniform } from '@tensorflow/tfjs-core';
import { type Network, Parameters, runNetwork } from 'sr-tensor';
import { describeOnBackends, randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { compact } from './compact.js';
import { edsr } from './generators/edsr.js';
import { widenWeights } from './widen-weights.js';

const narrow = compact({ scale: 2, channels: 3, depth: 2 });
const wide = compact({ scale: 2, channels: 5, depth: 2 });
const weights = randomWeights(1)(narrow.parameters);

describeOnBackends('widenWeights', () => {
  test('the wide network computes what the narrow one does, and its new channels are alive', async () => {
    const x = randomUniform<Rank.R4>([1, 7, 6, 3], 0, 1, 'float32', 1);
    const widened = await widenWeights(wide, weights, { seed: 2 });
    const results: Float32Array[] = [];
    for (const [network, tensors] of [
      [narrow, weights],
      [wide, widened],
    ] as const) {
      const parameters = Parameters.fromWeights(network.parameters, tensors);
      const { output } = runNetwork({ network, parameters }, x);
      results.push((await output.data()) as Float32Array);
      output.dispose();
      parameters.dispose();
    }
    x.dispose();
    expect(results[1]!.length).toBe(results[0]!.length);
    for (const [at, value] of results[0]!.entries()) expect(results[1]![at]).toBeCloseTo(value, 5);
    // A new channel that sees nothing would never learn.
    const { data, shape } = widened.get('body.0.weight')!;
    expect(shape).toEqual([5, 5, 3, 3]);
    expect(data.subarray(3 * 45).every(value => value !== 0)).toBe(true);
    expect(widened.get('body.0.bias')!.shape).toEqual([5]);
  });
});

test('refuses other networks, other depths and what is no narrower', async () => {
  const refused = (network: Network, given = weights): Promise<unknown> =>
    expect(widenWeights(network, given)).rejects.toMatchObject({ code: 'network/mismatch' });
  await refused(edsr({ scale: 2 }));
  await refused(compact({ scale: 2, channels: 5, depth: 3 }));
  await refused(compact({ scale: 2, channels: 5, depth: 1 }));
  await refused(compact({ scale: 2, channels: 2, depth: 2 }));
});
