import { compact } from '../compact.js';
import { testNetwork } from './test-network.js';

// The counts are PyTorch's (golden/compact.json).
testNetwork(compact(), { parameters: 88_752, tiny: compact({ scale: 2, channels: 3, depth: 1 }) });
testNetwork(compact({ scale: 3, base: 'bicubic' }), {
  parameters: 82_683,
  tiny: compact({ scale: 3, channels: 3, depth: 1, base: 'bicubic' }),
});
testNetwork(compact({ scale: 2, base: 'nearest' }), {
  parameters: 78_348,
  tiny: compact({ scale: 2, channels: 3, depth: 1, base: 'nearest' }),
});
