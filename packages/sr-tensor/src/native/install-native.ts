/**
 * Makes tfjs-node work with a current TensorFlow library, without its own download (`sr native install`).
 *
 * Every step leaves its result whole or not at all, so that an interrupted installation goes on where it stopped.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { SrError, throwIfAborted } from '../errors.js';
import { checkAddon } from './check-addon.js';
import { addonExtension, whileExtended } from './extend-addon.js';
import { addLibraryUser, createRecord, releaseLibrary } from './library-users.js';
import { nativeProject, tfjsNode } from './native-project.js';
import { type NativeStatus, nativeStatus } from './native-status.js';
import {
  type NativeOptions,
  type NativePlan,
  type NativeStepName,
  npmInstall,
  pipDownload,
  planNativeInstall,
} from './plan-native-install.js';
import { nodeHeaders, npmCommand } from './prerequisites.js';
import { type CommandOptions, type RunCommand, runCommand } from './run-command.js';
import { readState, writeState } from './state.js';

export interface NativeProgress {
  readonly step: NativeStepName;
  readonly state: 'start' | 'output' | 'done' | 'skipped';
  /** What the step does, or a line that its command printed. */
  readonly message: string;
}

export interface InstallOptions extends NativeOptions {
  onProgress?: (progress: NativeProgress) => void;
}

/**
 * Installs the native backend for the project in the current folder; does nothing if it works already.
 *
 * Needs Linux on x86-64, g++, make, Python 3, and pip for the download.
 *
 * @returns the state afterwards
 * @throws `native/no-project`; `native/prerequisites` with all that is missing; `native/hash`; `native/wheel`;
 *   `native/command` when npm, pip or the compiler fails, with the end of what it printed; `native/check` when what
 *   was built does not compute; `aborted`
 *
 * @example
 * const plan = await planNativeInstall();                       // the dry run
 * const status = await installNative({ onProgress: ({ message }) => console.log(message), signal });
 */
export async function installNative(
  { onProgress, ...options }: InstallOptions = {},
  run: RunCommand = runCommand,
): Promise<NativeStatus> {
  const { signal } = options;
  const plan = await planNativeInstall(options, run);
  if (plan.problems.length > 0) {
    throw new SrError({
      code: 'native/prerequisites',
      message: `The native backend cannot be installed: ${plan.problems.map(({ what, fix }) => `${what}. ${fix}`).join(' ')}`,
    });
  }
  for (const { step, what, done } of plan.steps) {
    throwIfAborted(signal);
    if (done) {
      onProgress?.({ step, state: 'skipped', message: what });
      continue;
    }
    onProgress?.({ step, state: 'start', message: what });
    const onLine = (message: string): void => onProgress?.({ step, state: 'output', message });
    await actions[step](plan, (command, args, more) => run(command, args, { ...more, signal, onLine }));
    onProgress?.({ step, state: 'done', message: what });
  }
  return nativeStatus({ ...options, folder: plan.project.folder }, run);
}

const actions: Record<NativeStepName, (plan: NativePlan, run: RunCommand) => Promise<void>> = {
  async package({ project, library }, run) {
    await writeState(project.folder, { installedPackage: true, library, replaced: [] });
    const npm = npmCommand();
    await must(run, npm.command, [...npm.args, ...npmInstall], { cwd: project.folder });
  },

  async wheel({ cache, wheel }, run) {
    const downloads = join(cache, 'native');
    await mkdir(downloads, { recursive: true });
    await must(run, 'python3', pipDownload(wheel), { cwd: downloads });
    if (!existsSync(join(downloads, wheel.file))) {
      const got = (await readdir(downloads)).filter(file => file.endsWith('.whl'));
      throw new SrError({
        code: 'native/wheel',
        message: `pip was asked for ${wheel.file} and gave ${got.join(', ') || 'nothing'}. Update pip and try again.`,
      });
    }
  },

  async library({ cache, wheel, wheelFile, library }, run) {
    const file = wheelFile ?? join(cache, 'native', wheel.file);
    const sha256 = await hashOf(file);
    if (wheel.sha256 !== undefined && sha256 !== wheel.sha256) {
      // A download of ours that broke off is taken away, so that the next attempt starts afresh.
      if (wheelFile === undefined) await rm(file);
      throw new SrError({
        code: 'native/hash',
        message: `${file}: expected the SHA-256 ${wheel.sha256}, received ${sha256}. The file is damaged or not the original; download it again.`,
      });
    }
    await mkdir(dirname(library), { recursive: true });
    await removeLeftovers(library);
    const partial = `${library}.partial-${process.pid}`;
    try {
      await must(run, 'python3', ['-c', unpack, file, partial]);
      for (const name of libraries) {
        if (!existsSync(join(partial, 'tensorflow', name))) {
          throw new SrError({
            code: 'native/wheel',
            message: `${file} holds no ${name}; expected a TensorFlow wheel of version 2.15 or newer.`,
          });
        }
      }
      await createRecord(partial, { wheel: basename(file), sha256 });
      await rm(library, { recursive: true, force: true });
      await rename(partial, library);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    if (wheelFile === undefined) await rm(file);
  },

  async links({ project, library }) {
    const folder = addonFolder(project.folder);
    const before = await readState(project.folder);
    const state = { installedPackage: before?.installedPackage ?? false, library, replaced: before?.replaced ?? [] };
    // What is there and was not ours is put aside, first on record, then in fact.
    for (const name of before === undefined ? ['deps', 'lib'] : []) {
      if (existsSync(join(folder, name))) state.replaced.push(name);
    }
    await writeState(project.folder, state);
    for (const name of state.replaced) {
      const [entry, aside] = [join(folder, name), join(folder, `${name}.replaced`)];
      if (existsSync(entry) && !existsSync(aside)) await rename(entry, aside);
    }

    const partial = join(folder, `deps.partial-${process.pid}`);
    await mkdir(join(partial, 'lib'), { recursive: true });
    await symlink(join(library, 'tensorflow', 'include'), join(partial, 'include'));
    for (const name of libraries) await symlink(join(library, 'tensorflow', name), join(partial, 'lib', name));
    // The names that the linker is given.
    await symlink('libtensorflow_cc.so.2', join(partial, 'lib', 'libtensorflow.so'));
    await symlink('libtensorflow_framework.so.2', join(partial, 'lib', 'libtensorflow_framework.so'));
    await rm(join(folder, 'deps'), { recursive: true, force: true });
    await rename(partial, join(folder, 'deps'));

    await addLibraryUser(library, folder);
    if (before !== undefined && before.library !== library) await releaseLibrary(before.library, folder);
  },

  async addon({ project }, run) {
    const folder = addonFolder(project.folder);
    const build = createRequire(join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
    const { nodeGyp } = npmCommand();
    await whileExtended(folder, () =>
      must(run, process.execPath, [build, 'install', '--build-from-source'], {
        cwd: folder,
        env: { ...nodeHeaders().env, ...(nodeGyp !== undefined && { npm_config_node_gyp: nodeGyp }) },
      }),
    );
    await writeFile(
      join(folder, 'lib', 'addon.json'),
      `${JSON.stringify({ node: process.version, extension: addonExtension })}\n`,
    );
    await removeBuildFolders(folder);
  },

  async check({ project, variant }, run) {
    const folder = addonFolder(project.folder);
    const check = await checkAddon(folder, run);
    if (check.works) return;
    // Built again next time: the files are there, but do not work.
    await rm(join(folder, 'lib', 'addon.json'), { force: true });
    throw new SrError({
      code: 'native/check',
      message: `The ${variant === 'cuda' ? 'CUDA ' : ''}backend was built but does not work: ${check.reason}.`,
    });
  },
};

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** Python is needed for the build anyway, and reads archives of any size. */
const unpack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(("tensorflow/libtensorflow_", "tensorflow/include/")):
            wheel.extract(name, sys.argv[2])
`;

/** Runs a command that has to succeed. */
async function must(run: RunCommand, command: string, args: string[], options?: CommandOptions): Promise<void> {
  const { code, output } = await run(command, args, options);
  if (code === 0) return;
  const end = output.trim().split('\n').slice(-20).join('\n');
  throw new SrError({
    code: 'native/command',
    message: `"${[basename(command), ...args.filter(arg => !arg.includes('\n'))].join(' ')}" failed with code ${code}. It said:\n${end}`,
  });
}

/** The folder of tfjs-node, which exists once the first step is done. */
function addonFolder(project: string): string {
  const { addon } = nativeProject(project);
  if (addon !== undefined) return addon;
  throw new SrError({ code: 'native/command', message: `npm has run, but ${tfjsNode.name} is not in ${project}.` });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (cause) {
    throw new SrError({ code: 'native/wheel', message: `The wheel ${file} cannot be read.`, cause });
  }
  return hash.digest('hex');
}

/** node-pre-gyp leaves the objects of the build in folders of this name. */
export async function removeBuildFolders(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^build(-tmp-napi-v\d+)?$/.test(name)) await rm(join(folder, name), { recursive: true });
  }
}

/** What a process that was killed in the middle of unpacking left. */
async function removeLeftovers(library: string): Promise<void> {
  const prefix = `${basename(library)}.partial-`;
  for (const name of await readdir(dirname(library))) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) {
      await rm(join(dirname(library), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
