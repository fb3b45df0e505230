import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCommand } from './run-command.js';

/** What the native backend said about itself, or why it does not work. */
export type AddonCheck =
  | { readonly works: true; readonly tensorflow: string; readonly gpu: boolean }
  | { readonly works: false; readonly reason: string };

/** Loads the tfjs-node in `folder` in a process of its own (it may crash) and multiplies two matrices. */
export async function checkAddon(folder: string, run: RunCommand, signal?: AbortSignal): Promise<AddonCheck> {
  if (!existsSync(join(folder, 'lib'))) return { works: false, reason: 'its native part has not been built' };
  const { code, output } = await run(process.execPath, ['-e', program, folder], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    signal,
  });
  const said = output.split('\n').find(line => line.startsWith(answer));
  if (code === 0 && said !== undefined) return { works: true, ...JSON.parse(said.slice(answer.length)) };
  const error = output.split('\n').find(line => /error/i.test(line)) ?? output.trim().split('\n').at(-1);
  return { works: false, reason: error?.trim() || `it ended with code ${code}` };
}

const answer = 'sr-native:';

/** The first two lines: tfjs-node 4.22 calls what Node 23 removed. */
const program = `
const util = require('node:util');
util.isNullOrUndefined ??= value => value == null; util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const product = tf.matMul([[1, 2], [3, 4]], [[1], [1]]).dataSync();
if (product[0] !== 3 || product[1] !== 7) throw new Error('Error: [[1, 2], [3, 4]] times [[1], [1]] gave ' + product);
const { binding, isUsingGpuDevice } = tf.backend();
console.log('${answer}' + JSON.stringify({ tensorflow: binding.TF_Version, gpu: isUsingGpuDevice }));
`;
