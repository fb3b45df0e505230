import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The folder of shared test assets (pictures, published outputs), or undefined where there is none.
 *
 * `SR_TEST_ASSETS` names it; the default is `../shared` beside the repository. A caller without it skips its tests by
 * `test.skipIf`; the reason is printed once. With `SR_REQUIRE_ASSETS=1` it throws instead.
 *
 * @param path a file or folder that must be in it, such as `data/bench/Set5`
 * @returns the full path
 * @example
 * import { test } from 'vitest';
 *
 * const set5 = assetsFolder('data/bench/Set5');
 * test.skipIf(set5 === undefined)('bicubic on Set5', async () => console.warn(await findPictures(set5!)));
 */
export function assetsFolder(path = '.'): string | undefined {
  const root = process.env.SR_TEST_ASSETS ?? join(repositoryRoot(), '../shared');
  const folder = resolve(root, path);
  if (existsSync(folder)) return folder;
  const reason = `the test assets "${path}" were not found in ${root} (set SR_TEST_ASSETS).`;
  if (process.env.SR_REQUIRE_ASSETS === '1') throw new Error(reason);
  console.warn(`Skipped: ${reason}`);
  return undefined;
}

/** The nearest folder above the working directory that holds the workspaces. */
function repositoryRoot(): string {
  let folder = process.cwd();
  while (!existsSync(join(folder, 'turbo.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}
