// A worker for the tests of the protocol.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// Node 20 loads no TypeScript, and "--import tsx" does nothing in a worker.
register();
const { serveWorker, Transfer } = await import('sr-tensor/worker');

serveWorker(parentPort, {
  echo: value => value,
  double: data =>
    new Transfer(
      data.map(v => 2 * v),
      [],
    ),
  crash: () => process.exit(7),
  throwLater: () => {
    setTimeout(() => {
      throw new TypeError('outside any handler');
    });
    return new Promise(() => undefined);
  },
  hang: (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
});
