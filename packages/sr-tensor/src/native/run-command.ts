import { spawn } from 'node:child_process';
import { abortError, throwIfAborted } from '../errors.js';

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  signal?: AbortSignal | undefined;
  onLine?: ((line: string) => void) | undefined;
}

/** How commands are run; tests put another in its place. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<{ code: number; output: string }>;

/**
 * Runs a command without a shell and without input; what it prints is collected and given line by line.
 *
 * A command that does not exist has the code 127, as in a shell. Abort ends it with all that it started.
 *
 * @throws `aborted`
 */
export const runCommand: RunCommand = async (command, args, { cwd, env, signal, onLine } = {}) => {
  throwIfAborted(signal);
  return new Promise((resolve, reject) => {
    // A group of its own, so that abort reaches the compilers that a build has started.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let line = '';
    const collect = (text: string): void => {
      output += text;
      const lines = (line + text).split(/[\r\n]+/);
      line = lines.pop()!;
      for (const whole of lines) if (whole.trim() !== '') onLine?.(whole);
    };
    const abort = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    signal?.addEventListener('abort', abort);
    const settle = (code: number): void => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(abortError(signal));
      else resolve({ code, output });
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', error => {
      output += error.message;
      settle(127);
    });
    child.on('close', code => settle(code ?? 1));
  });
};
