import { createRequire } from 'node:module';
import { join } from 'node:path';
import { checkAddon } from './check-addon.js';
import { nativeProject, tfjsNode } from './native-project.js';
import type { NativeOptions } from './plan-native-install.js';
import { type RunCommand, runCommand } from './run-command.js';
import { readState } from './state.js';

export interface NativeStatus {
  /** Folder of the project. */
  readonly project: string;
  readonly works: boolean;
  /** Why it does not work, and what to do. */
  readonly reason?: string;
  /** The version of the TensorFlow library. */
  readonly tensorflow?: string;
  /** Whether it computes on a GPU. */
  readonly gpu?: boolean;
  readonly package?: { readonly name: string; readonly version: string; readonly folder: string };
  /** The library that `installNative` linked; absent if it changed nothing here. */
  readonly library?: string;
}

/**
 * Says whether the native backend works in a project, and what `installNative` has changed there.
 *
 * @throws `native/no-project`
 */
export async function nativeStatus(
  { folder, signal }: Pick<NativeOptions, 'folder' | 'signal'> = {},
  run: RunCommand = runCommand,
): Promise<NativeStatus> {
  const project = nativeProject(folder);
  const state = await readState(project.folder);
  const changed = state === undefined ? {} : { library: state.library };
  if (project.addon === undefined) {
    const reason = `${tfjsNode.name} is not installed; \`sr native install\` makes it work.`;
    return { project: project.folder, works: false, reason, ...changed };
  }
  const { name, version } = createRequire(import.meta.url)(join(project.addon, 'package.json'));
  const about = { project: project.folder, package: { name, version, folder: project.addon }, ...changed };
  const check = await checkAddon(project.addon, run, signal);
  if (check.works) return { ...about, works: true, tensorflow: check.tensorflow, gpu: check.gpu };
  return {
    ...about,
    works: false,
    reason: `${name} does not work: ${check.reason}; \`sr native install\` repairs it.`,
  };
}
