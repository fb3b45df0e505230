import { exitCodes } from './errors.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Below this distance in milliseconds two signals are one: npm passes on what the terminal has sent already. */
const ECHO = 500;

/**
 * Runs `body` with a signal that Ctrl-C aborts, so that it can tidy up; a second Ctrl-C ends the program at once.
 *
 * @param onInterrupt says what is going on, when the first arrives
 */
export async function interruptible<T>(
  body: (signal: AbortSignal) => Promise<T>,
  onInterrupt?: () => void,
): Promise<T> {
  const controller = new AbortController();
  let first = 0;
  const handle = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort(name);
      onInterrupt?.();
    } else if (performance.now() - first > ECHO) {
      process.exit(exitCodes.interrupted);
    }
  };
  for (const name of signals) process.on(name, handle);
  try {
    return await body(controller.signal);
  } finally {
    for (const name of signals) process.off(name, handle);
  }
}
