import { expect, test } from 'vitest';
import { diagnose } from './diagnose.js';

test('says what there is, what would be used and what to do for more', async () => {
  const diagnosis = await diagnose(async () => ({ code: 0, output: 'NVIDIA H100, 550.54, 81559 MiB\n' }));
  expect(diagnosis.machine).toMatchObject({ node: process.version, gpus: ['NVIDIA H100, 550.54, 81559 MiB'] });
  expect(diagnosis.machine.cores).toBeGreaterThan(0);
  expect(diagnosis.packages.find(({ name }) => name === '@tensorflow/tfjs-core')?.version).toBe('4.22.0');
  expect(diagnosis.backends.map(({ backend }) => backend)).toEqual(['native', 'webgpu', 'wasm', 'cpu']);
  expect(diagnosis.backend).toBe(diagnosis.backends.find(({ available }) => available)?.backend);
  expect(diagnosis.advice.join()).toContain('sr native install --gpu');
  expect(diagnosis.unverified.join()).toContain('not verified on a GPU');
});

test('without nvidia-smi there is no advice about a GPU', async () => {
  const diagnosis = await diagnose(async () => ({ code: 127, output: '' }));
  expect(diagnosis.machine.gpus).toEqual([]);
  expect(diagnosis.advice.join()).not.toContain('--gpu');
});
