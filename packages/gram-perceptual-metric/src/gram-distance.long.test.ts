import { describeOnBackends } from 'sr-tensor/testing';
import { afterAll, test } from 'vitest';
import { checkPair, golden, hasAssets, pairs } from './golden/calibration.js';
import { releaseNetworks } from './node.js';

afterAll(() => releaseNetworks());

describeOnBackends(
  `The distances of all calibration pairs equal PyTorch ${golden.tools.torch}`,
  () => {
    test.skipIf(!hasAssets).each(pairs)('$result', checkPair);
  },
  { only: ['native'] },
);
