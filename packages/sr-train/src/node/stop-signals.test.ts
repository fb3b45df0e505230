import { afterEach, expect, test, vi } from 'vitest';
import { abortOnStopSignals, StopSignal } from './stop-signals.js';

afterEach(() => vi.restoreAllMocks());

test.each(['SIGINT', 'SIGTERM'] as const)('%s aborts, the next one ends the process', name => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const controller = new AbortController();
  const release = abortOnStopSignals(controller);
  process.emit(name, name);
  expect(controller.signal.reason).toBeInstanceOf(StopSignal);
  expect(controller.signal.reason.signal).toBe(name);
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGINT', 'SIGINT');
  // 128 and the number of the signal, as shells report it.
  expect(exit).toHaveBeenCalledWith(130);
  release();
  expect(process.listenerCount(name)).toBe(0);
});
