import '#gradients';
import { beforeAll, beforeEach, describe } from 'vitest';
import { type BackendName, selectBackend } from '../backend/index.js';
import { SrError } from '../errors.js';

type Environment = Record<string, string | undefined>;

/** In pages Vitest gives it as Vite does. */
const environment: Environment =
  typeof process === 'undefined' ? ((import.meta as { env?: Environment }).env ?? {}) : process.env;

/** The backends that tests run on here. */
const backends = (environment.SR_TEST_BACKENDS ?? 'cpu wasm native').split(' ') as readonly BackendName[];

/**
 * Declares the same tests once for each backend and selects the backend before each of them.
 *
 * Where a backend does not work its tests are skipped with a printed reason; with `SR_REQUIRE_NATIVE=1`
 * (`SR_REQUIRE_` and its name in capitals) they fail instead, as they always do for cpu and wasm.
 *
 * @param name of the `describe` block; the backend is appended
 * @param body declares the tests
 * @param options.only the backends to run on; default cpu, wasm and native
 * @example
 * import { test } from 'vitest';
 *
 * describeOnBackends('pixelShuffle', () => {
 *   test('has right gradients', () => checkGradients(x => pixelShuffle(x as Tensor4D, 2), [x], { step: 0.5 }));
 * });
 */
export function describeOnBackends(
  name: string,
  body: (backend: BackendName) => void,
  { only = backends }: { only?: readonly BackendName[] } = {},
): void {
  for (const backend of only) {
    describe(`${name} on ${backend}`, () => {
      let missing: string | undefined;
      beforeAll(async () => {
        try {
          await selectBackend({ backend });
        } catch (error) {
          if (isRequired(backend) || !SrError.isInstance(error)) throw error;
          missing = error.message;
          console.warn(`Skipped: ${name} on ${backend}. ${missing}`);
        }
      });
      beforeEach(async context => {
        if (missing !== undefined) context.skip(missing);
        await selectBackend({ backend });
      });
      body(backend);
    });
  }
}

function isRequired(backend: BackendName): boolean {
  return backend === 'cpu' || backend === 'wasm' || environment[`SR_REQUIRE_${backend.toUpperCase()}`] === '1';
}
