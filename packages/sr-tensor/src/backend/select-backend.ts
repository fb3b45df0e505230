/**
 * The one place where a backend is chosen.
 *
 * Node: native TensorFlow, WebGPU (where a real adapter exists), wasm, cpu.
 * Browser: WebGPU, WebGL, wasm, cpu.
 */
import { engine, setBackend } from '@tensorflow/tfjs-core';
import { loaders } from '#backends';
import { SrError } from '../errors.js';
import { lossOfBackend } from './living-backend.js';
import {
  type Availability,
  type BackendLoader,
  type BackendName,
  type BackendReport,
  type SelectBackendOptions,
  tfBackendName,
} from './types.js';

const names: readonly BackendName[] = ['native', 'webgpu', 'webgl', 'wasm', 'cpu'];

/** What each loader said; loading is tried once in the life of a program. */
const attempts = new Map<string, Promise<Availability>>();
/** tfjs has one current backend: one choice at a time. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Makes the best backend of this machine, or the one asked for, tfjs's current backend.
 *
 * Calling it again is cheap. A GPU that the CPU only emulates is never chosen, but taken when named.
 *
 * @returns what was taken, on which device, and why nothing better
 * @throws `backend/unavailable` if the backend that was asked for cannot work here, with the reason;
 *   `backend/unknown` for any other word
 *
 * @example
 * const { backend, device, reasons } = await selectBackend();
 * for (const { backend, reason } of reasons) console.log(`${backend}: ${reason}`);
 */
export function selectBackend(options: SelectBackendOptions = {}): Promise<BackendReport> {
  const selected = queue.then(() => select(options));
  queue = selected.catch(() => undefined);
  return selected;
}

export interface BackendSurvey {
  readonly backend: BackendName;
  readonly available: boolean;
  readonly device?: string;
  readonly reason?: string;
}

/** Tries every backend of this platform, best first; the current one stays what it is. */
export function surveyBackends(): Promise<BackendSurvey[]> {
  const surveyed = queue.then(async () => {
    const current = engine().backendName;
    const survey: BackendSurvey[] = [];
    for (const loader of loaders) {
      survey.push({ backend: loader.backend, ...(await attempt(loader, { allowSoftware: false })) });
    }
    if (current) await setBackend(current);
    return survey;
  });
  queue = surveyed.catch(() => undefined);
  return surveyed;
}

async function select({ backend = 'auto', except = [], ...rest }: SelectBackendOptions): Promise<BackendReport> {
  if (backend !== 'auto' && !names.includes(backend)) {
    throw new SrError({
      code: 'backend/unknown',
      message: `backend: expected auto, ${names.join(', ')}, received "${backend}".`,
    });
  }
  const reasons: { backend: BackendName; available: boolean; reason: string }[] = [];
  for (const loader of loaders) {
    if (backend !== 'auto' && backend !== loader.backend) continue;
    const left = backend === 'auto' && except.includes(loader.backend);
    const found = left ? leftOut : await attempt(loader, { ...rest, allowSoftware: backend !== 'auto' });
    if (found.available) {
      const reason = backend === 'auto' ? 'the best that works here' : 'asked for';
      reasons.push({ backend: loader.backend, available: true, reason });
      const { available: _, ...device } = found;
      return { backend: loader.backend, ...device, reasons };
    }
    reasons.push({ backend: loader.backend, available: false, reason: found.reason });
  }
  const why = reasons.map(({ backend, reason }) => `${backend}: ${reason}`).join(' ');
  throw new SrError({
    code: 'backend/unavailable',
    message:
      backend === 'auto'
        ? `No backend works here. ${why}`
        : `The backend "${backend}" is not available: ${reasons[0]?.reason ?? absent(backend)}`,
  });
}

const leftOut: Availability = { available: false, reason: 'It was to be left out.' };

async function attempt(
  { backend, load }: BackendLoader,
  options: Parameters<BackendLoader['load']>[0] & object,
): Promise<Availability> {
  const key = `${backend} ${options.allowSoftware}`;
  const before = attempts.get(key);
  if (before === undefined) {
    const first = load(options);
    attempts.set(key, first);
    return first;
  }
  const known = await before;
  if (!known.available) return known;
  await setBackend(tfBackendName(backend));
  const loss = lossOfBackend();
  return loss === undefined ? known : { available: false, reason: `Its device was lost: ${loss}.` };
}

/** Why a backend is not even in this platform's list. */
function absent(backend: BackendName): string {
  return backend === 'webgl' ? 'WebGL exists only in browsers.' : 'native TensorFlow exists only in Node.';
}
