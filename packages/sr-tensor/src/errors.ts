const marker: unique symbol = Symbol.for('sr.error') as never;

export interface SrErrorOptions {
  /** Kebab-case words, the first of them the area: 'picture/range', 'weights/hash', 'aborted', 'out-of-memory'. */
  code: string;
  /** What was expected, what was received, what to do. */
  message: string;
  cause?: unknown;
}

/**
 * The one error class of the project's libraries.
 *
 * `code` is for programs, `message` for people: what was expected, what was received, what to do.
 * Recognise it with `SrError.isInstance`, which also works when a bundle holds two copies of this package.
 *
 * @example
 * try {
 *   await upscaler.upscale(photo);
 * } catch (error) {
 *   if (SrError.isInstance(error) && error.code === 'out-of-memory') retryOnServer(photo);
 *   else throw error;
 * }
 */
export class SrError extends Error {
  readonly code: string;

  constructor({ code, message, cause }: SrErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = `SrError [${code}]`;
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(error: unknown): error is SrError {
    return typeof error === 'object' && error !== null && (error as Record<PropertyKey, unknown>)[marker] === true;
  }
}

/** Throws an `SrError` with code `aborted` (cause: the signal's reason) if `signal` has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/** The error that an aborted operation rejects with. */
export function abortError(signal: AbortSignal): SrError {
  return new SrError({ code: 'aborted', message: 'The operation was aborted by its signal.', cause: signal.reason });
}
