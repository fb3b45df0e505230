import { backend, getBackend, matMul, memory, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { runCommand } from '../native/run-command.js';
import { selectBackend, surveyBackends } from './select-backend.js';
import { tfBackendName } from './types.js';

test('takes the best backend of this machine and says why not a better one', async () => {
  const report = await selectBackend();
  expect(getBackend()).toBe(tfBackendName(report.backend));
  const order = ['native', 'webgpu', 'wasm', 'cpu'];
  expect(report.reasons.map(({ backend }) => backend)).toEqual(order.slice(0, order.indexOf(report.backend) + 1));
  for (const { available, reason } of report.reasons.slice(0, -1)) {
    expect(available).toBe(false);
    expect(reason).toMatch(/^.{15,}\.$/);
  }
  expect(report.reasons.at(-1)).toMatchObject({ backend: report.backend, available: true });
  if (process.env.SR_REQUIRE_NATIVE === '1') expect(report.backend).toBe('native');
  if (report.backend === 'native')
    expect(report.device).toMatch(/^TensorFlow \d+\.\d+\.\d+, (CPU, \d+ threads?|CUDA GPU)$/);
});

test('a named backend is taken, and taking it again keeps its state and its tensors', async () => {
  const listeners = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
  const report = await selectBackend({ backend: 'wasm' });
  expect(report).toMatchObject({ backend: 'wasm', device: 'WebAssembly with SIMD, 1 thread' });
  const instance = backend();
  const x = tensor2d([[1, 2]]);
  const before = memory().numTensors;
  await selectBackend();
  const again = await selectBackend({ backend: 'wasm' });
  expect(again).toEqual(report);
  expect(backend()).toBe(instance);
  const y = matMul(x, tensor2d([[3], [4]]));
  expect([...(await y.data())]).toEqual([11]);
  expect(memory().numTensors).toBe(before + 2);
  // Emscripten's own listeners would end the program on a rejection that it handles itself.
  expect(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')).toBe(listeners);
});

test('calls at the same time do not get in each other’s way: the last one decides', async () => {
  const reports = await Promise.all([
    selectBackend({ backend: 'cpu' }),
    selectBackend({ backend: 'wasm' }),
    selectBackend({ backend: 'cpu' }),
  ]);
  expect(reports.map(report => report.backend)).toEqual(['cpu', 'wasm', 'cpu']);
  expect(getBackend()).toBe('cpu');
});

test('a named backend that cannot work here is an error with the reason; so is a word that names none', async () => {
  await expect(selectBackend({ backend: 'webgl' })).rejects.toMatchObject({
    code: 'backend/unavailable',
    message: expect.stringContaining('only in browsers'),
  });
  await expect(selectBackend({ backend: 'gpu' as never })).rejects.toMatchObject({
    code: 'backend/unknown',
    message: 'backend: expected auto, native, webgpu, webgl, wasm, cpu, received "gpu".',
  });
});

test('a survey tries every backend and leaves the current one', async () => {
  await selectBackend({ backend: 'wasm' });
  const survey = await surveyBackends();
  expect(survey.map(({ backend }) => backend)).toEqual(['native', 'webgpu', 'wasm', 'cpu']);
  expect(survey.find(({ backend }) => backend === 'cpu')).toMatchObject({ available: true });
  for (const { available, reason, device } of survey) expect(available ? device : reason).toBeTruthy();
  expect(getBackend()).toBe('wasm');
});

test('a program that chooses a backend prints nothing and ends by itself', async () => {
  const choosing = `
    await selectBackend();
    await selectBackend({ backend: 'wasm' });`;
  expect(await runProgram(choosing)).toEqual({ code: 0, output: '' });
});

test('the device says what TensorFlow computes products in, which changes results', async () => {
  const program = `
    const { backend, device } = await selectBackend();
    console.log(backend === 'native' && !device.includes('GPU') ? device.split(', ').at(-1) : 'products in BF16');`;
  const result = await runProgram(program, { TF_SET_ONEDNN_FPMATH_MODE: 'BF16' });
  expect(result).toEqual({ code: 0, output: 'products in BF16\n' });
});

async function runProgram(
  program: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const { code, output } = await runCommand(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=sr-source',
      '--input-type=module',
      '-e',
      `import { selectBackend } from 'sr-tensor/backend';${program}`,
    ],
    { cwd: new URL('../..', import.meta.url).pathname, env: { NODE_OPTIONS: '', ...env } },
  );
  return { code, output };
}
