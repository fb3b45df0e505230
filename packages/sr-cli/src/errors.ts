/** Errors as a person sees them: one line with a code. */
import { CommanderError } from 'commander';
import pc from 'picocolors';

/** By stderr, not by stdout as picocolors itself decides. */
const colors = pc.createColors(process.stderr.isTTY === true && !process.env.NO_COLOR);

/** What the exit codes mean; shown by `sr --help`. */
export const exitCodes = {
  success: 0,
  /** Some inputs, or the whole command, failed. */
  failure: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

/** A code and a message of one line, whatever was thrown. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
}

/** An error of the command line itself: `usage/...`. */
export class UsageError extends Error {
  readonly code: string;

  constructor(code: `usage/${string}`, message: string) {
    super(message);
    this.name = `UsageError [${code}]`;
    this.code = code;
  }
}

/** Messages that several failures share are said once: this one has been. */
export class ReportedError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number = exitCodes.failure) {
    super('The errors have been reported.');
    this.exitCode = exitCode;
  }
}

export function reportOf(error: unknown): ErrorReport {
  if (error instanceof CommanderError) {
    const code = error.code.replace(/^commander\./, '').replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    return { code: `usage/${code}`, message: oneLine(error.message.replace(/^error: /, '')) };
  }
  const { code, message, syscall } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    message?: unknown;
    syscall?: unknown;
  };
  const text = oneLine(String(message ?? error));
  if (typeof code === 'string' && syscall !== undefined) return { code: `system/${code.toLowerCase()}`, message: text };
  if (typeof code === 'string' && /^[a-z-]+(\/[a-z-]+)?$/.test(code)) return { code, message: text };
  return { code: 'internal', message: `${text} (unexpected; SR_DEBUG=1 shows where)` };
}

/** The line for stderr, with the stack below it if SR_DEBUG is set; undefined where nothing is to be said. */
export function formatError(error: unknown): string | undefined {
  if (error instanceof ReportedError || (error instanceof CommanderError && error.exitCode === 0)) return undefined;
  // Help that was shown for want of a command is the message.
  if (error instanceof CommanderError && error.code === 'commander.help') return undefined;
  const { code, message } = reportOf(error);
  const line = `${colors.bold('sr:')} ${colors.red(`[${code}]`)} ${message}`;
  return process.env.SR_DEBUG ? `${line}\n${stackOf(error)}` : line;
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReportedError) return error.exitCode;
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success;
  const { code } = reportOf(error);
  if (code === 'aborted') return exitCodes.interrupted;
  return code.startsWith('usage/') ? exitCodes.usage : exitCodes.failure;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

function stackOf(error: unknown): string {
  const { stack, cause } = error as Error;
  return `${stack ?? error}${cause === undefined ? '' : `\ncaused by ${stackOf(cause)}`}`;
}
