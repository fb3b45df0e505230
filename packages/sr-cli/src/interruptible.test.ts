import { afterEach, expect, test, vi } from 'vitest';
import { interruptible } from './interruptible.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('the first Ctrl-C aborts, its echo does nothing, a later one ends the program', async () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const told = vi.fn();
  const listeners = process.listenerCount('SIGINT');
  await interruptible(async signal => {
    process.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    clock.mockReturnValue(2000);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  }, told);
  expect(told).toHaveBeenCalledOnce();
  expect(process.listenerCount('SIGINT')).toBe(listeners);
});
