import { constants } from 'node:os';

const names = ['SIGINT', 'SIGTERM'] as const;

/**
 * Aborts on the first SIGINT or SIGTERM; the second ends the process at once, as it would have without this.
 *
 * @returns takes the handlers away again
 */
export function abortOnStopSignals(controller: AbortController): () => void {
  const handle = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort(new StopSignal(name));
  };
  for (const name of names) process.on(name, handle);
  return () => {
    for (const name of names) process.off(name, handle);
  };
}

/** The reason of an abort by a signal of the system. */
export class StopSignal extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`The process received ${signal}.`);
    this.signal = signal;
  }
}
