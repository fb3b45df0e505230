/** What signals do to a training, in processes of their own. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { photoFolder } from '../fixtures/photo-folder.js';

const { folder, photos } = photoFolder({ count: 24 });

describe('A training in its own process', () => {
  test('saves and ends in order on SIGINT and SIGTERM', async () => {
    const out = join(folder, 'signals');
    const first = await trainChild(out, 400, { signal: 'SIGINT', afterStep: 7 });
    expect(first.code).toBe(0);
    expect(first.summary).toMatchObject({ stoppedBy: 'SIGINT', finished: false });
    expect(await latestStep(out)).toBe(first.steps.at(-1)!.iteration);
    const second = await trainChild(out, 400, { signal: 'SIGTERM', afterStep: first.steps.at(-1)!.iteration + 5 });
    expect(second.summary).toMatchObject({ stoppedBy: 'SIGTERM' });
    // Nothing was lost: the next run began with the next step.
    expect(second.steps[0]!.iteration).toBe(first.steps.at(-1)!.iteration + 1);
  });

  test('loses no more than the steps since the last checkpoint when it is killed', async () => {
    const out = join(folder, 'killed');
    const killed = await trainChild(out, 60, { signal: 'SIGKILL', afterStep: 33 });
    expect(killed.code).toBe(null);
    expect(await latestStep(out)).toBeGreaterThanOrEqual(30);
    const resumed = await trainChild(out, 60);
    const whole = await trainChild(join(folder, 'not-killed'), 60);
    const lossesOf = (steps: ChildStep[]): object =>
      Object.fromEntries(steps.map(step => [step.iteration, step.losses]));
    expect({ ...lossesOf(killed.steps), ...lossesOf(resumed.steps) }).toEqual(lossesOf(whole.steps));
    expect(resumed.summary).toMatchObject({ finished: true, iteration: 60 });
  });
});

interface ChildStep {
  iteration: number;
  losses: Record<string, number>;
}

interface ChildOutcome {
  code: number | null;
  steps: ChildStep[];
  summary: object | undefined;
}

/** Trains in a child process, which gets a signal after a step. */
function trainChild(
  out: string,
  steps: number,
  { signal, afterStep }: { signal?: NodeJS.Signals; afterStep?: number } = {},
): Promise<ChildOutcome> {
  const script = fileURLToPath(new URL('../fixtures/train-child.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions', 'sr-source', script, photos, out, `${steps}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const outcome: ChildOutcome = { code: null, steps: [], summary: undefined };
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      const parsed = JSON.parse(line) as ChildStep & { summary?: object };
      if (parsed.summary) outcome.summary = parsed.summary;
      else outcome.steps.push(parsed);
      if (signal && parsed.iteration === afterStep) child.kill(signal);
    }
  });
  return new Promise(resolve => child.on('close', code => resolve({ ...outcome, code })));
}

async function latestStep(out: string): Promise<number> {
  const names = await readdir(join(out, 'checkpoints'));
  return Math.max(...names.map(name => Number(/\d+/.exec(name))));
}
