/** Devices can be lost while they compute: a GPU's driver restarts, a page has too many WebGL contexts. */
import { backend } from '@tensorflow/tfjs-core';
import { SrError } from '../errors.js';

/** What is used of tfjs's WebGL and WebGPU backends. */
interface GpuBackend {
  readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
  readonly device?: { readonly lost: Promise<{ readonly message: string }> };
}

/** A device, watched from its first use on. */
interface Watch {
  /** Why it was lost; undefined while it lives. */
  loss(): string | undefined;
  /** Those who wait for what it computes. */
  readonly waiting: Set<(error: SrError) => void>;
}

const watches = new WeakMap<object, Watch | 'lives'>();

/**
 * Runs work on the current backend; should its device be lost meanwhile, that is an error instead of zeros or of waiting
 * for ever.
 *
 * @throws `backend/lost`, else what `work` throws
 * @example
 * const values = await onLivingBackend(() => images.data());
 */
export async function onLivingBackend<T>(work: () => Promise<T>): Promise<T> {
  const watch = watchOf(backend());
  if (watch === undefined) return work();
  const { waiting, loss } = watch;
  const throwIfLost = (): void => {
    const reason = loss();
    if (reason !== undefined) throw lostError(reason);
  };
  throwIfLost();
  let reject: (error: SrError) => void;
  const lost = new Promise<never>((_, fail) => {
    reject = fail;
    waiting.add(fail);
  });
  try {
    const result = await Promise.race([work(), lost]);
    throwIfLost();
    return result;
  } catch (error) {
    // A lost device fails in many words.
    throwIfLost();
    throw error;
  } finally {
    waiting.delete(reject!);
  }
}

/** Why the current backend's device was lost; undefined while it lives. */
export function lossOfBackend(): string | undefined {
  return watchOf(backend())?.loss();
}

function watchOf(instance: object): Watch | undefined {
  const known = watches.get(instance) ?? startWatch(instance);
  watches.set(instance, known);
  return known === 'lives' ? undefined : known;
}

/** `lives` for backends that cannot be lost. */
function startWatch({ gpgpu, device }: GpuBackend): Watch | 'lives' {
  const waiting: Watch['waiting'] = new Set();
  let loss: string | undefined;
  const lose = (reason: string): void => {
    loss = reason;
    for (const reject of waiting) reject(lostError(reason));
  };
  if (gpgpu !== undefined) {
    const reason = 'the browser took its WebGL context away';
    gpgpu.gl.canvas.addEventListener('webglcontextlost', () => lose(reason));
    // The event comes later than the first zeros.
    return { waiting, loss: () => loss ?? (gpgpu.gl.isContextLost() ? reason : undefined) };
  }
  if (device?.lost === undefined) return 'lives';
  void device.lost.then(({ message }) => lose(message.replace(/\.$/, '') || 'its GPU device is gone'));
  return { waiting, loss: () => loss };
}

function lostError(reason: string): SrError {
  return new SrError({
    code: 'backend/lost',
    message: `The device that computed was lost: ${reason}. Load the network again, which takes another backend; one in a worker does so by itself at the next call.`,
  });
}
