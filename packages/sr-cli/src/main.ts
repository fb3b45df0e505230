import { exitCodeOf, formatError } from './errors.js';
import { createProgram } from './program.js';

/** The exit code of a program whose reader has gone: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

/**
 * Runs the command line and sets the exit code; never throws.
 *
 * @param args without the program's own name
 */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    throw error;
  });
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    const line = formatError(error);
    if (line !== undefined) process.stderr.write(`${line}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
