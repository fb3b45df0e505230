import { readFileSync } from 'node:fs';
import { buildNetwork, type NetworkDescription } from '../build-network.js';
import { testNetwork } from '../testing/test-network.js';

interface Golden {
  tiny: (NetworkDescription & { parameters: number; buffers: number })[];
}
// Made by tools/oracles/generators.py with PyTorch.
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/generators.json', import.meta.url), 'utf8'));

// In the sizes that are used their counts and outputs are compared with PyTorch in golden.test.ts.
for (const { name, config, parameters, buffers } of golden.tiny) {
  testNetwork(buildNetwork({ name, ...(config && { config }) }), { parameters: parameters + buffers });
}
