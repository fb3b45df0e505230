import { KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lossOfBackend, onLivingBackend } from './living-backend.js';

/** A WebGPU backend as far as it can be lost. */
class Losable extends KernelBackend {
  lose!: (info: { message: string }) => void;
  readonly device = { lost: new Promise<{ message: string }>(resolve => Object.assign(this, { lose: resolve })) };
  override dispose(): void {}
}

let backend: Losable;
beforeEach(async () => {
  backend = new Losable();
  registerBackend('losable', () => backend);
  await setBackend('losable');
});
afterEach(() => removeBackend('losable'));

test('what a living backend gives, or throws, passes through', async () => {
  expect(await onLivingBackend(async () => 7)).toBe(7);
  await expect(onLivingBackend(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  expect(lossOfBackend()).toBeUndefined();
});

test('a loss ends what would wait for ever, and refuses what follows', async () => {
  const waits = onLivingBackend(() => new Promise(() => undefined));
  backend.lose({ message: 'The driver restarted.' });
  await expect(waits).rejects.toMatchObject({
    code: 'backend/lost',
    message: expect.stringContaining('lost: The driver restarted. Load'),
  });
  await expect(onLivingBackend(async () => 7)).rejects.toMatchObject({ code: 'backend/lost' });
  expect(lossOfBackend()).toBe('The driver restarted');
});

test('an error that the loss caused is the loss', async () => {
  const fails = onLivingBackend(async () => {
    backend.lose({ message: '' });
    await backend.device.lost;
    throw new Error('Failed to map a buffer');
  });
  await expect(fails).rejects.toMatchObject({ code: 'backend/lost' });
});
