import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { packageFolder } from '../backend/load-native.js';
import { SrError } from '../errors.js';

/** The only release line whose addon is known to build against a current TensorFlow. */
export const tfjsNode = { name: '@tensorflow/tfjs-node', version: '4.22.0' } as const;

/** A folder with a package.json and the node_modules that hold tfjs-core. */
export interface NativeProject {
  readonly folder: string;
  /** Of tfjs-core, real path. */
  readonly core: string;
  /** Of tfjs-node, real path, where it is installed. */
  readonly addon?: string;
}

/**
 * The project that `from` lies in: the nearest folder upwards whose node_modules hold tfjs-core.
 *
 * @throws `native/no-project`
 */
export function nativeProject(from: string = process.cwd()): NativeProject {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (
      existsSync(join(folder, 'node_modules', '@tensorflow', 'tfjs-core')) &&
      existsSync(join(folder, 'package.json'))
    ) {
      const require = createRequire(join(folder, 'package.json'));
      const addon = packageFolder(require, tfjsNode.name);
      return { folder, core: packageFolder(require, '@tensorflow/tfjs-core')!, ...(addon !== undefined && { addon }) };
    }
    if (folder === dirname(folder)) break;
  }
  throw new SrError({
    code: 'native/no-project',
    message: `No @tensorflow/tfjs-core is installed in ${resolve(from)} or above it. Install the library there first (npm install), then run this in that folder.`,
  });
}
