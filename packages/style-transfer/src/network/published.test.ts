/** Published weights, read from their files. */
import { join } from 'node:path';
import { tidy } from '@tensorflow/tfjs-core';
import { Parameters, runNetwork } from 'sr-tensor';
import { assetsFolder, describeOnBackends, expectSummary } from 'sr-tensor/testing';
import { readWeightFile } from 'sr-tensor/weights/node';
import { test } from 'vitest';
import { golden, picture } from '../golden/networks.js';
import { styleNetwork } from './style-network.js';

const nets = assetsFolder('weights/reference-nets');

describeOnBackends('published style networks', () => {
  test.skipIf(nets === undefined).each(golden.published)('$file gives what PyTorch gives', async c => {
    const network = styleNetwork({ preset: 'pytorch-examples', channels: 16 });
    const { tensors } = await readWeightFile(join(nets!, c.file));
    const parameters = Parameters.fromWeights(network.parameters, tensors);
    const output = tidy(() => runNetwork({ network, parameters }, picture(c.seed, c.size)).output);
    await expectSummary(output, c.output, { tolerance: golden.publishedTolerance });
    output.dispose();
    parameters.dispose();
  });
});
