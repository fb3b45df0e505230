import { existsSync, realpathSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { RunCommand } from './run-command.js';

/** Something that is missing, and what to do about it. */
export interface Problem {
  readonly what: string;
  readonly fix: string;
}

/** What is missing for the compiler's part: make, a C++ compiler, Python (which node-gyp is written for). */
export async function missingTools(run: RunCommand, { pip }: { pip: boolean }): Promise<Problem[]> {
  const tools: [string, string, readonly string[]][] = [
    ['a C++ compiler (g++)', process.env.CXX ?? 'g++', ['--version']],
    ['make', 'make', ['--version']],
    ['Python 3', 'python3', ['--version']],
  ];
  if (pip) tools.push(['pip for Python 3', 'python3', ['-m', 'pip', '--version']]);
  const missing = await Promise.all(
    tools.map(async ([what, command, args]) => ((await run(command, args)).code === 0 ? [] : [what])),
  );
  return missing.flat().map(what => ({
    what: `${what} is missing`,
    fix: 'Debian, Ubuntu: apt-get install g++ make python3 python3-pip; Fedora: dnf install gcc-c++ make python3 python3-pip.',
  }));
}

/** Wheels are built for glibc on x86-64. */
export function platformProblem(): Problem | undefined {
  const here = `${process.platform} ${process.arch}`;
  const header = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  if (here === 'linux x64' && header.glibcVersionRuntime !== undefined) return undefined;
  return {
    what: `this is ${here === 'linux x64' ? 'Linux without glibc' : here}, and the library is only had for Linux with glibc on x86-64`,
    fix: "Try tfjs-node's own installation (npm rebuild @tensorflow/tfjs-node), or stay with the wasm backend, which needs nothing.",
  };
}

export async function diskProblem(folder: string, bytes: number): Promise<Problem | undefined> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  if (bavail * bsize >= bytes) return undefined;
  const gigabytes = (n: number): string => `${(n / 1e9).toFixed(1)} GB`;
  return {
    what: `${folder} has ${gigabytes(bavail * bsize)} left of ${gigabytes(bytes)} that are needed`,
    fix: 'Make room, or name another folder (SR_CACHE_DIR).',
  };
}

/** Where the headers of this Node come from, and the setting that tells node-gyp so. */
export function nodeHeaders(): { what: string; env: Record<string, string> } {
  const folder = process.env.npm_config_nodedir ?? dirname(dirname(process.execPath));
  const headers = join(folder, 'include', 'node');
  if (existsSync(join(headers, 'node_api.h'))) return { what: headers, env: { npm_config_nodedir: folder } };
  const cached = join(homedir(), '.cache', 'node-gyp', process.versions.node);
  if (existsSync(cached)) return { what: cached, env: {} };
  return { what: 'downloaded by node-gyp; npm_config_nodedir names a folder that has them', env: {} };
}

/** How npm is called, and the node-gyp that comes with it (npm tells others only when it is their caller). */
export function npmCommand(): { command: string; args: string[]; nodeGyp?: string } {
  const onPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'npm'));
  for (const candidate of [process.env.npm_execpath, ...onPath]) {
    if (candidate === undefined || !existsSync(candidate)) continue;
    const cli = realpathSync(candidate);
    if (!cli.endsWith('npm-cli.js')) continue;
    const nodeGyp = join(dirname(dirname(cli)), 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    return { command: process.execPath, args: [cli], ...(existsSync(nodeGyp) && { nodeGyp }) };
  }
  return { command: 'npm', args: [] };
}
