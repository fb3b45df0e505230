import { expect, test } from 'vitest';
import { zeros } from './initializers.js';
import { countParameters, defineNetwork } from './network.js';

const network = defineNetwork({
  name: 'test',
  scale: 2,
  parameters: {
    'a.weight': { shape: [3, 3, 4, 5], layout: 'conv', init: zeros },
    'a.bias': { shape: [5], layout: 'plain', init: zeros },
    'norm.running_mean': { shape: [5], layout: 'plain', init: zeros, trainable: false },
  },
  apply: x => x,
});

test('a network depends on everything and has an empty config unless it says otherwise', () => {
  expect(network).toMatchObject({ radius: Number.POSITIVE_INFINITY, config: {} });
  expect(defineNetwork({ ...network, radius: 3 }).radius).toBe(3);
});

test('parameters are counted with and without buffers', () => {
  expect(countParameters(network)).toBe(180 + 5 + 5);
  expect(countParameters(network, { trainable: true })).toBe(185);
});
