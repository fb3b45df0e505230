import { tidy } from '@tensorflow/tfjs-core';
import { countParameters, Parameters, pictureToTensor, Random, runNetwork } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { compact } from './compact.js';
import { foldModel } from './fold-model.js';
import { type WideCompactConfig, wideCompact } from './wide-compact.js';

const random = new Random(1);
const picture = {
  data: Float32Array.from({ length: 9 * 7 * 3 }, () => random.uniform()),
  width: 9,
  height: 7,
  channels: 3,
} as const;

describe('wide-compact', () => {
  test('becomes the compact network', () => {
    expect(wideCompact().folded!.network.config).toEqual(compact().config);
    expect(countParameters(wideCompact().folded!.network)).toBe(88_752);
    expect(countParameters(wideCompact())).toBeGreaterThan(300_000);
  });

  test.each([
    [{ expansion: 0 }, 'expansion'],
    [{ identity: 1 }, 'identity'],
    [{ chanels: 32 }, 'Did you mean "channels"'],
  ])('refuses %j', (config, words) => {
    expect(() => wideCompact(config as WideCompactConfig)).toThrow(expect.objectContaining({ code: 'network/config' }));
    expect(() => wideCompact(config as WideCompactConfig)).toThrow(words);
  });

  describeOnBackends('wide-compact', () => {
    test.each([{ scale: 2 }, { scale: 3 }, { scale: 4 }, { scale: 8, channels: 24, depth: 0 }])(
      'is folded exactly: %j',
      async config => {
        await expectNoLeaks(async () => {
          const network = wideCompact({ channels: 8, depth: 3, ...config });
          const parameters = Parameters.fromWeights(network.parameters, randomWeights(1)(network.parameters));
          const wide = { network, parameters };
          const folded = foldModel(wide);
          const [before, after] = [wide, folded].map(model =>
            tidy(() => runNetwork(model, pictureToTensor(picture)).output),
          );
          expect(countParameters(folded.network)).toBeLessThan(countParameters(network) / 3);
          await expectClose(after!, before!);
          for (const disposable of [before!, after!, parameters, folded.parameters]) disposable.dispose();
        });
      },
    );

    test('begins at the identity if it is asked for', async () => {
      const network = wideCompact({ channels: 8, depth: 1, identity: true });
      const parameters = Parameters.create(network.parameters, { seed: 1 });
      const folded = foldModel({ network, parameters });
      const kernel = tidy(() => folded.parameters.get('body.0.weight').clone());
      const values = await kernel.data();
      const middle = Array.from({ length: 8 }, (_, c) => values[(4 * 8 + c) * 8 + c]!);
      for (const value of middle) expect(Math.abs(value - 1)).toBeLessThan(0.1);
      kernel.dispose();
      folded.parameters.dispose();
      parameters.dispose();
    });
  });
});
