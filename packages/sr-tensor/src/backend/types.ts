/** `native` is TensorFlow itself through tfjs-node, on the CPU or a CUDA GPU. */
export type BackendName = 'native' | 'webgpu' | 'webgl' | 'wasm' | 'cpu';

export interface SelectBackendOptions {
  /** `auto` (default) takes the fastest that works here; a name takes that one or throws. */
  backend?: 'auto' | BackendName;
  /** Backends that `auto` leaves out. */
  except?: readonly BackendName[];
  /**
   * Threads of the native backend (default: as many as cores) and of the wasm backend. Counts only before the backend
   * is first used in this process. wasm has one thread in Node and on pages that are not cross-origin isolated;
   * elsewhere tfjs takes half of the cores and no more.
   */
  threads?: number;
  /**
   * Browsers only: the folder (ending in '/') that serves the three `.wasm` files of @tensorflow/tfjs-backend-wasm.
   * Default: where the bundler put them.
   */
  wasmPath?: string;
}

/** What was taken, and why nothing better. */
export interface BackendReport {
  readonly backend: BackendName;
  /** What computes, in words: `TensorFlow 2.18.1, CPU, 8 threads`. */
  readonly device: string;
  /** Bytes of the largest tensor that the device takes, where it has such a limit. */
  readonly largestTensor?: number;
  /** Every backend that was considered, best first; the last is the one taken. */
  readonly reasons: readonly { readonly backend: BackendName; readonly available: boolean; readonly reason: string }[];
}

export interface LoadOptions {
  threads?: number;
  wasmPath?: string;
  /** Take a GPU that is only emulated; without it such a one counts as none, since wasm is faster. */
  allowSoftware?: boolean;
}

/** Whether a backend could be loaded; `reason` says why not and what to do. */
export type Availability =
  | { readonly available: true; readonly device: string; readonly largestTensor?: number }
  | { readonly available: false; readonly reason: string };

export interface BackendLoader {
  readonly backend: BackendName;
  /** Registers the backend with tfjs and makes it the current one, or says why it cannot. Never throws. */
  readonly load: (options?: LoadOptions) => Promise<Availability>;
}

/** The name by which tfjs knows a backend. */
export function tfBackendName(backend: BackendName): string {
  return backend === 'native' ? 'tensorflow' : backend;
}
