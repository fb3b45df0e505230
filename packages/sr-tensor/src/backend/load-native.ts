/**
 * Native TensorFlow in Node, through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`, whichever is installed.
 *
 * Both are found from where this package lies: they must use the same copy of tfjs-core as it does.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { backend, setBackend } from '@tensorflow/tfjs-core';
import { firstLine } from './first-line.js';
import type { Availability, LoadOptions } from './types.js';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
const resolver = createRequire(import.meta.url);

/** Registers the native backend and makes it the current one. */
export async function loadNative({ threads }: LoadOptions = {}): Promise<Availability> {
  const reasons: string[] = [];
  for (const name of packages) {
    const folder = packageFolder(resolver, name);
    if (folder === undefined) continue;
    const reason = whyUnusable(name, folder) ?? load(name, threads);
    if (reason === undefined) {
      await setBackend('tensorflow');
      return { available: true, device: device() };
    }
    reasons.push(reason);
  }
  if (reasons.length > 0) return { available: false, reason: reasons.join(' ') };
  return { available: false, reason: '@tensorflow/tfjs-node is not installed; `sr native install` makes it work.' };
}

/** The folder of an installed package as `from` sees it. */
export function packageFolder(from: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(realpathSync(from.resolve(`${name}/package.json`)));
  } catch {
    return undefined;
  }
}

/** What can be told without loading the package: a load that fails halfway cannot be repeated. */
export function whyUnusable(name: string, folder: string): string | undefined {
  if (!hasAddon(folder)) {
    return `${name} is installed without its native part; \`sr native install\` builds it.`;
  }
  const theirs = coreSeenBy(folder);
  const ours = ourCore();
  if (theirs === ours) return undefined;
  return `${name} uses another copy of tfjs-core (${theirs}) than this package (${ours}); give all @tensorflow packages one version and run \`npm dedupe\`.`;
}

function hasAddon(folder: string): boolean {
  const builds = join(folder, 'lib');
  if (!existsSync(builds)) return false;
  return readdirSync(builds).some(build => existsSync(join(builds, build, 'tfjs_binding.node')));
}

/** The copy of tfjs-core that this package uses. */
export function ourCore(): string | undefined {
  return packageFolder(resolver, '@tensorflow/tfjs-core');
}

/** tfjs-node reaches tfjs-core by way of the union package. */
export function coreSeenBy(folder: string): string | undefined {
  const union = packageFolder(createRequire(join(folder, 'package.json')), '@tensorflow/tfjs');
  return union === undefined
    ? undefined
    : packageFolder(createRequire(join(union, 'package.json')), '@tensorflow/tfjs-core');
}

function load(name: string, threads: number | undefined): string | undefined {
  // TensorFlow reads these once, when its library starts.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  // tfjs-node 4.22 calls these; Node 23 removed them.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  try {
    resolver(name);
    return undefined;
  } catch (error) {
    return `${name} could not be loaded (${firstLine(error)}); \`sr native install\` rebuilds it for this Node.`;
  }
}

function device(): string {
  const { binding, isUsingGpuDevice } = backend() as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  if (isUsingGpuDevice) return `TensorFlow ${binding.TF_Version}, CUDA GPU`;
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS ?? availableParallelism());
  // What oneDNN may compute products in, where the processor has it: BF16, TF32 or ANY.
  const products = process.env.TF_SET_ONEDNN_FPMATH_MODE;
  return `TensorFlow ${binding.TF_Version}, CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}${products ? `, products in ${products}` : ''}`;
}
