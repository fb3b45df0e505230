/** Runs at most `count` of the tasks given to it at once, the others in turn. */
export function limitConcurrency(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async task => {
    if (running >= count) await new Promise<void>(resolve => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      // The place is handed on, so the count only falls when nobody waits.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
