import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SrError } from '../errors.js';
import { removeBuildFolders } from './install-native.js';
import { releaseLibrary } from './library-users.js';
import { nativeProject, tfjsNode } from './native-project.js';
import type { NativeOptions } from './plan-native-install.js';
import { npmCommand } from './prerequisites.js';
import { type RunCommand, runCommand } from './run-command.js';
import { readState, writeState } from './state.js';

/**
 * Undoes what `installNative` did in a project, and nothing else: the links, the built addon, the package if it was
 * installed then, and the library if no other project uses it.
 *
 * @returns what was removed, in words; empty if nothing here was installed by it
 * @throws `native/no-project`; `native/command` when npm fails
 */
export async function removeNative(
  { folder, signal }: Pick<NativeOptions, 'folder' | 'signal'> = {},
  run: RunCommand = runCommand,
): Promise<string[]> {
  const project = nativeProject(folder);
  const state = await readState(project.folder);
  if (state === undefined) return [];
  const removed: string[] = [];
  if (project.addon !== undefined) {
    for (const name of ['deps', 'lib']) {
      const entry = join(project.addon, name);
      await rm(entry, { recursive: true, force: true });
      if (existsSync(`${entry}.replaced`)) await rename(`${entry}.replaced`, entry);
    }
    await removeBuildFolders(project.addon);
    removed.push(`the addon and the links in ${project.addon}`);
  }
  if (state.installedPackage && project.addon !== undefined) {
    const { command, args } = npmCommand();
    const uninstall = ['uninstall', '--ignore-scripts', '--no-audit', '--no-fund', tfjsNode.name];
    const { code, output } = await run(command, [...args, ...uninstall], { cwd: project.folder, signal });
    if (code !== 0) {
      throw new SrError({
        code: 'native/command',
        message: `npm could not remove ${tfjsNode.name}. It said:\n${output}`,
      });
    }
    removed.push(tfjsNode.name);
  }
  if (await releaseLibrary(state.library, project.addon)) removed.push(`the library ${state.library}`);
  await writeState(project.folder, undefined);
  return removed;
}
