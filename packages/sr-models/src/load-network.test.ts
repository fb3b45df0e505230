import { fileURLToPath } from 'node:url';
import type { Network } from 'sr-tensor';
import { randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { publishedWeights } from './adapt-weights.js';
import { rrdbnet } from './generators/rrdbnet.js';
import { loadNetwork } from './load-network.js';

test('published weights may come with the wrappings of training', async () => {
  const network = rrdbnet({ channels: 2, blocks: 1, growth: 1 });
  // Old names below `module.` below `params_ema`.
  const path = fileURLToPath(new URL('./golden/esrgan-old.pth', import.meta.url));
  const { parameters } = await loadNetwork('rrdbnet', path, { config: network.config });
  const old = { names: 'esrgan-old' };
  const published = publishedWeights(network, await parameters.toWeights(), old);
  const shapes = Object.fromEntries([...published].map(([name, { shape }]) => [name, { shape, layout: 'plain' }]));
  expect(published).toEqual(randomWeights(7)(shapes as unknown as Network['parameters']));
  parameters.dispose();
});
