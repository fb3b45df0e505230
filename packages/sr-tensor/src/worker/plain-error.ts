import { SrError } from '../errors.js';
import type { PlainError } from './protocol.js';

/** Causes of causes are kept this deep; a cause may point back at its error. */
const deepest = 5;

/** Anything thrown, as data that can cross to another thread. */
export function toPlainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...(SrError.isInstance(error) && { code: error.code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && depth < deepest && { cause: toPlainError(error.cause, depth + 1) }),
  };
}

/** The error again: an `SrError` with its code, or `worker/failed` whose cause is the foreign error. */
export function reviveError(plain: PlainError): SrError {
  const revived = revive(plain);
  if (SrError.isInstance(revived)) return revived;
  return new SrError({ code: 'worker/failed', message: `The worker failed: ${plain.message}`, cause: revived });
}

function revive({ name, message, code, stack, cause }: PlainError): Error {
  const inner = cause === undefined ? undefined : revive(cause);
  const error =
    code === undefined
      ? Object.assign(new Error(message, inner && { cause: inner }), { name })
      : new SrError({ code, message, cause: inner });
  // Where it happened, not where it was revived.
  if (stack !== undefined) error.stack = stack;
  return error;
}
