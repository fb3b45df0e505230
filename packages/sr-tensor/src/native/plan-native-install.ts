/**
 * What `sr native install` would do, found out by looking: each step is done if its result is there, whoever made it
 * and however often it was interrupted.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { coreSeenBy, ourCore } from '../backend/load-native.js';
import { SrError } from '../errors.js';
import { type AddonCheck, checkAddon } from './check-addon.js';
import { addonExtension } from './extend-addon.js';
import { libraryRecord } from './library-users.js';
import { type NativeProject, nativeProject, tfjsNode } from './native-project.js';
import { diskProblem, missingTools, nodeHeaders, type Problem, platformProblem } from './prerequisites.js';
import { type RunCommand, runCommand } from './run-command.js';
import { readState } from './state.js';
import { cudaNotes, type Wheel, wheels } from './wheels.js';

export interface NativeOptions {
  /** Where the project lies, or a folder inside it; default: the current one. */
  folder?: string;
  /** The build for NVIDIA GPUs (CUDA 12) instead of the one for CPUs. */
  gpu?: boolean;
  /** A wheel that is already on this machine, instead of a download; default: the variable `SR_NATIVE_WHEEL`. */
  wheel?: string;
  /** Use a wheel whose hash is not known here. */
  allowUnverified?: boolean;
  /** Where libraries are kept, for all projects; default: `SR_CACHE_DIR`, or the user's cache folder. */
  cache?: string;
  signal?: AbortSignal;
}

export type NativeStepName = 'package' | 'wheel' | 'library' | 'links' | 'addon' | 'check';

export interface NativeStep {
  readonly step: NativeStepName;
  /** What is done, in words. */
  readonly what: string;
  /** The command that does it, where it is one. */
  readonly command?: string;
  /** What it downloads, or takes on the disk. */
  readonly bytes?: number;
  readonly done: boolean;
}

export interface NativePlan {
  readonly project: NativeProject;
  readonly variant: 'cpu' | 'cuda';
  readonly wheel: Wheel;
  /** The wheel on this machine, where one was named. */
  readonly wheelFile?: string;
  readonly cache: string;
  /** Folder of the unpacked library. */
  readonly library: string;
  /** True if the native backend works as it is: nothing will be done. */
  readonly ready: boolean;
  readonly check: AddonCheck;
  readonly steps: readonly NativeStep[];
  /** What is missing; `installNative` refuses to start as long as there is anything. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * Says what `installNative` would do, and does nothing.
 *
 * @throws `native/no-project` outside of a project that has tfjs-core
 */
export async function planNativeInstall(
  options: NativeOptions = {},
  run: RunCommand = runCommand,
): Promise<NativePlan> {
  const project = nativeProject(options.folder);
  const variant = options.gpu === true ? 'cuda' : 'cpu';
  const wheelFile = options.wheel ?? (process.env.SR_NATIVE_WHEEL || undefined);
  const wheel = wheelFile === undefined ? wheels[variant] : knownWheel(basename(wheelFile));
  const other = wheels[variant === 'cpu' ? 'cuda' : 'cpu'];
  if (wheel === other) {
    throw new SrError({
      code: 'native/wheel',
      message: `wheel: expected one ${variant === 'cpu' ? 'for CPUs' : 'for GPUs'} (${wheels[variant].file}), received ${other.file}.`,
    });
  }
  const cache = resolve(options.cache ?? defaultCache());
  const library = join(cache, 'native', `${wheel.distribution}-${wheel.version}`);

  const installed = project.addon;
  const check: AddonCheck =
    installed === undefined
      ? { works: false, reason: `${tfjsNode.name} is not installed` }
      : await checkAddon(installed, run, options.signal);
  const state = await readState(project.folder);
  const built = hasBuiltAddon(installed);
  const ready =
    check.works && (variant === 'cpu' || check.gpu || state?.library === library) && (state === undefined || built);

  const unpacked = existsSync(libraryRecord(library));
  const linked = installed !== undefined && isLinked(installed, library);
  const downloaded = unpacked || wheelFile !== undefined || existsSync(join(cache, 'native', wheel.file));
  const steps: NativeStep[] = [
    {
      step: 'package',
      what: `put ${tfjsNode.name} into ${project.folder}, without its own download`,
      command: `npm ${npmInstall.join(' ')}`,
      done: installed !== undefined,
    },
    {
      step: 'wheel',
      what: wheelFile === undefined ? `download ${wheel.file}` : `take ${wheelFile}`,
      ...(wheelFile === undefined && { command: `python3 ${pipDownload(wheel).join(' ')}` }),
      ...(wheel.bytes !== undefined && { bytes: wheel.bytes }),
      done: downloaded,
    },
    {
      step: 'library',
      what: `check its SHA-256 (${wheel.sha256 ?? 'unverified: no hash of this file is known'}) and unpack the TensorFlow library to ${library}`,
      ...(wheel.unpackedBytes !== undefined && { bytes: wheel.unpackedBytes }),
      done: unpacked,
    },
    { step: 'links', what: 'link the library into the folder of tfjs-node', done: linked },
    {
      step: 'addon',
      what: `build the addon (Node's headers: ${nodeHeaders().what})`,
      command: 'node-pre-gyp install --build-from-source',
      done: linked && built,
    },
    { step: 'check', what: 'multiply two matrices', done: ready },
  ];
  return {
    project,
    variant,
    wheel,
    ...(wheelFile !== undefined && { wheelFile: resolve(wheelFile) }),
    cache,
    library,
    ready,
    check,
    steps: ready ? steps.map(step => ({ ...step, done: true })) : steps,
    problems: ready ? [] : await problems(),
    notes: [...(variant === 'cuda' ? cudaNotes : []), ...otherCopyNote(project)],
  };

  async function problems(): Promise<Problem[]> {
    const bytes = (downloaded ? 0 : (wheel.bytes ?? 0)) + (unpacked ? 0 : (wheel.unpackedBytes ?? 0));
    const found = [
      platformProblem(),
      ...(await missingTools(run, { pip: !downloaded })),
      await diskProblem(cache, bytes),
      packageManagerProblem(project),
      copiesProblem(project),
    ];
    if (wheel.sha256 === undefined && options.allowUnverified !== true && !unpacked) {
      found.push({
        what: `no hash of ${wheel.file} is known, so it cannot be told whether it is genuine`,
        fix: `Use ${wheels[variant].file}, or allow it (--allow-unverified) if you trust where it comes from.`,
      });
    }
    return found.filter(problem => problem !== undefined);
  }
}

/**
 * As an optional dependency: where its own install script runs later and fails (its download is often unreachable),
 * npm goes on without it.
 */
export const npmInstall: readonly string[] = [
  'install',
  '--save-optional',
  '--save-exact',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  `${tfjsNode.name}@${tfjsNode.version}`,
];

export function pipDownload({ distribution, version }: Wheel): string[] {
  const platform = ['--only-binary=:all:', '--platform', 'manylinux2014_x86_64', '--python-version', '311'];
  return ['-m', 'pip', 'download', '--no-deps', ...platform, `${distribution}==${version}`];
}

/** Whether the package's dependencies are links to this library. */
function isLinked(packageFolder: string, library: string): boolean {
  try {
    return (
      realpathSync(join(packageFolder, 'deps', 'lib', 'libtensorflow.so')) ===
      realpathSync(join(library, 'tensorflow', 'libtensorflow_cc.so.2'))
    );
  } catch {
    return false;
  }
}

/** `addon.json` is written when a build has succeeded: a file that a build was killed over does not count. */
function hasBuiltAddon(packageFolder: string | undefined): boolean {
  try {
    const { extension } = JSON.parse(readFileSync(join(packageFolder ?? '', 'lib', 'addon.json'), 'utf8'));
    return extension >= addonExtension;
  } catch {
    return false;
  }
}

function knownWheel(file: string): Wheel {
  const known = Object.values(wheels).find(wheel => wheel.file === file);
  if (known !== undefined) return known;
  const [distribution, version] = file.split('-');
  if (distribution !== undefined && version !== undefined && file.endsWith('.whl'))
    return { distribution, version, file };
  throw new SrError({
    code: 'native/wheel',
    message: `wheel: expected the path of a TensorFlow wheel like ${wheels.cpu.file}, received ${file}.`,
  });
}

function defaultCache(): string {
  return process.env.SR_CACHE_DIR || envPaths('perceptual-super-resolution', { suffix: '' }).cache;
}

/** npm would make a second tree beside that of another package manager. */
function packageManagerProblem({ folder, addon }: NativeProject): Problem | undefined {
  if (addon !== undefined) return undefined;
  const other = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun' };
  const found = Object.entries(other).find(([file]) => existsSync(join(folder, file)));
  if (found === undefined) return undefined;
  return {
    what: `this project is kept by ${found[1]}`,
    fix: `Add ${tfjsNode.name}@${tfjsNode.version} with it (without install scripts), then run this again.`,
  };
}

function copiesProblem({ addon, core }: NativeProject): Problem | undefined {
  if (addon === undefined) return undefined;
  const theirs = coreSeenBy(addon);
  if (theirs === core) return undefined;
  return {
    what: `${tfjsNode.name} uses another copy of tfjs-core (${theirs}) than the project (${core})`,
    fix: `Give all @tensorflow packages the version ${tfjsNode.version} and run "npm dedupe".`,
  };
}

function otherCopyNote({ core, folder }: NativeProject): string[] {
  const ours = ourCore();
  return ours === undefined || ours === core
    ? []
    : [
        `This program uses another tfjs-core (${ours}). To use what is installed here, start the one of the project: npx sr, in ${folder}.`,
      ];
}
