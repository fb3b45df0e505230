/**
 * The messages between a program and its workers.
 *
 * client -> worker: call, abort. worker -> client: progress, result, error, and closed when it stops serving.
 * Every message carries the version; a message of another program on the same port is left alone.
 */

/** Counted up whenever a message changes its meaning. */
export const protocolVersion = 1;

export type ToWorker = { type: 'call'; id: number; method: string; payload: unknown } | { type: 'abort'; id: number };

export type FromWorker =
  | { type: 'progress'; id: number; value: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: PlainError }
  | { type: 'closed' };

/** An error as plain data: whatever can be thrown, structured clone keeps this much of it everywhere. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  /** Of an `SrError`. */
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: PlainError;
}

interface Envelope {
  readonly sr: number;
  readonly message: unknown;
}

/** A message with the version it is written in. */
export function enclose(message: ToWorker | FromWorker): Envelope {
  return { sr: protocolVersion, message };
}

/** The version of a received message, and the message if it is ours to understand; `undefined` for foreign traffic. */
export function unclose<Message>(received: unknown): { version: number; message: Message } | undefined {
  if (typeof received !== 'object' || received === null) return undefined;
  const { sr, message } = received as Partial<Envelope>;
  return typeof sr === 'number' ? { version: sr, message: message as Message } : undefined;
}
