/** What this machine has, what would be used, and what to do for more (`sr doctor`). */
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { findBackend } from '@tensorflow/tfjs-core';
import { packageFolder } from '../backend/load-native.js';
import { type BackendSurvey, surveyBackends } from '../backend/select-backend.js';
import type { BackendName } from '../backend/types.js';
import { type RunCommand, runCommand } from './run-command.js';
import { cudaNotes } from './wheels.js';

export interface Diagnosis {
  readonly machine: {
    readonly system: string;
    readonly node: string;
    readonly processor: string;
    readonly cores: number;
    /** Bytes. */
    readonly memory: number;
    readonly freeMemory: number;
    /** What nvidia-smi lists; empty without an NVIDIA driver. */
    readonly gpus: readonly string[];
  };
  /** What matters of what is installed, as this program finds it. */
  readonly packages: readonly { readonly name: string; readonly version?: string }[];
  /** Best first. */
  readonly backends: readonly BackendSurvey[];
  /** What `selectBackend()` takes. */
  readonly backend: BackendName;
  /** What would make it faster. */
  readonly advice: readonly string[];
  /** What the project could not try itself. */
  readonly unverified: readonly string[];
}

const packages = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-backend-webgpu',
  'webgpu',
];

/** Looks at the machine and tries every backend; tfjs's current backend stays what it is. */
export async function diagnose(run: RunCommand = runCommand): Promise<Diagnosis> {
  const [gpus, backends] = await Promise.all([nvidiaGpus(run), surveyBackends()]);
  const backend = backends.find(({ available }) => available)!.backend;
  return {
    machine: {
      system: `${type()} ${release()} ${process.arch}`,
      node: process.version,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memory: totalmem(),
      freeMemory: freemem(),
      gpus,
    },
    packages: packages.map(name => ({ name, ...versionOf(name) })),
    backends,
    backend,
    advice: advice(backends, backend, gpus),
    unverified: cudaNotes.slice(-1),
  };
}

function advice(backends: readonly BackendSurvey[], chosen: BackendName, gpus: readonly string[]): string[] {
  const better = backends.slice(
    0,
    backends.findIndex(({ backend }) => backend === chosen),
  );
  const said = better.map(({ backend, reason }) => `${backend}: ${reason}`);
  const native = backends.find(({ backend }) => backend === 'native');
  if (native?.available && !takesFunctions()) {
    said.push(
      'native: this addon of tfjs-node cannot take whole networks; `sr native install` builds one that can, which enlarges faster.',
    );
  }
  if (gpus.length > 0 && native?.device?.includes('GPU') !== true) {
    said.push(
      `This machine has a GPU (${gpus[0]}): \`sr native install --gpu\` lets training and inference use it. ${cudaNotes.join(' ')}`,
    );
  }
  return said;
}

/** Whether the addon, which is loaded, has what `extend-addon.ts` adds. */
function takesFunctions(): boolean {
  const { binding } = findBackend('tensorflow') as unknown as { binding: { addFunction?: unknown } };
  return binding.addFunction !== undefined;
}

async function nvidiaGpus(run: RunCommand): Promise<string[]> {
  const { code, output } = await run('nvidia-smi', [
    '--query-gpu=name,driver_version,memory.total',
    '--format=csv,noheader',
  ]);
  return code === 0 ? output.split('\n').filter(line => line.trim() !== '') : [];
}

function versionOf(name: string): { version?: string } {
  const require = createRequire(import.meta.url);
  const folder = packageFolder(require, name);
  return folder === undefined ? {} : { version: require(join(folder, 'package.json')).version };
}
