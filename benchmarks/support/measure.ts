import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Runs `count` times and gives the milliseconds of each. */
export type Contestant = (count: number) => Promise<number[]>;

/** A contestant that runs a function. */
export function timed(run: () => Promise<unknown>): Contestant {
  return async count => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      await run();
      times.push(performance.now() - started);
    }
    return times;
  };
}

/**
 * Lets contestants run in turns, so that whatever else the machine does falls on all of them.
 *
 * @returns the times of each, the first turn (warming up) left out
 */
export async function inTurns(
  contestants: Readonly<Record<string, Contestant>>,
  { rounds = 6, count = 5 }: { rounds?: number; count?: number } = {},
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(contestants).map(name => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const found = await run(count);
      if (round > 0) times[name]!.push(...found);
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Prints the median and the best time of each, and what share of it `subject` takes. */
export function report(times: Readonly<Record<string, number[]>>, subject: string): void {
  for (const [name, values] of Object.entries(times)) {
    const ratio = median(times[subject]!) / median(values);
    const best = Math.min(...times[subject]!) / Math.min(...values);
    const ratios =
      name === subject ? '' : `   ${subject} takes ${ratio.toFixed(2)} of it (best of each: ${best.toFixed(2)})`;
    console.log(`${name.padEnd(30)} ${median(values).toFixed(1)} ms, best ${Math.min(...values).toFixed(1)}${ratios}`);
  }
}

/** Contestants in a Python script of this folder, which reads "name count" and writes a line of milliseconds. */
export interface Python {
  contestant(name: string): Contestant;
  stop(): void;
}

/**
 * Starts a Python script of this folder in the interpreter that SR_PYTHON names (default `python3`).
 *
 * @returns undefined, with a printed reason, where the script does not start
 */
export async function startPython(script: string): Promise<Python | undefined> {
  const python = process.env.SR_PYTHON ?? 'python3';
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(python, ['-u', path], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', text => {
    complaint += text;
  });
  child.on('error', error => {
    complaint += error.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) {
    console.log(
      `Left out: ${python} ${script} did not start (set SR_PYTHON). ${complaint.trim().split('\n').at(-1) ?? ''}`,
    );
    return undefined;
  }
  console.log(first.value);
  return {
    contestant: name => async count => {
      child.stdin.write(`${name} ${count}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended: ${complaint}`);
      return String(value).split(' ').map(Number);
    },
    stop: () => child.stdin.end(),
  };
}
