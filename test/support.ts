import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('..', import.meta.url));

/** The libraries that are published, dependencies before dependants. */
export const packages = [
  'sr-tensor',
  'sr-features',
  'sr-data',
  'gram-perceptual-metric',
  'sr-losses',
  'sr-metrics',
  'style-transfer',
  'sr-models',
  'sr-train',
  'sr-weights',
  'sr-cli',
] as const;

/** Runs a command to its end; a non-zero exit is an error that shows what it printed. */
export function run(command: string, args: string[], cwd: string = root): string {
  const result: SpawnSyncReturns<string> = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${result.stdout}\n${result.stderr}`);
}

/** A folder outside the repository, so that nothing of it is found by accident. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'sr-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Debian's Chromium, or undefined with the reason printed; required under SR_REQUIRE_CHROMIUM=1. */
export function chromiumPath(): string | undefined {
  const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (path === undefined) {
    if (process.env.SR_REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required but not installed.');
    console.warn('Skipped: Chromium is not installed (Debian: apt-get install chromium).');
  }
  return path;
}

/** SwiftShader: a GPU that the CPU emulates, for WebGL and WebGPU, the same on every machine. */
export const chromiumArguments: string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
];

/** Where no Vulkan driver is named: the emulated GPU that comes with Chromium, for Dawn. */
export function dawnDriver(): Record<string, string> {
  const folder = '/usr/lib/chromium';
  if (process.env.VK_ICD_FILENAMES !== undefined || !existsSync(join(folder, 'vk_swiftshader_icd.json'))) return {};
  return { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder };
}
