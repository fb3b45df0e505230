/**
 * tfjs has one engine for a program: what computes on it takes turns, so that two upscalers neither mix their scopes
 * nor need the memory of both at once.
 */
const key = Symbol.for('sr.engine-queue');
/** Global, since a bundle may hold two copies of this module but has one engine. */
const holder = globalThis as unknown as { [key]?: Promise<unknown> };

/** Runs `work` when everything that was queued before has ended. */
export function onEngine<T>(work: () => Promise<T>): Promise<T> {
  const turn = (holder[key] ?? Promise.resolve()).then(work);
  holder[key] = turn.catch(() => undefined);
  return turn;
}
