/** One piece of work at a time: sections share one engine. */
import { errorCode } from '../engine/error-code.js';
import { explain } from '../files/explain.js';
import type { Notices } from './notice.js';

export interface Job {
  readonly signal: AbortSignal;
  /** Shown in the title of the page, which is all that is seen of a hidden tab. */
  progress(percent: number): void;
}

interface Running {
  readonly what: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

let running: Running | undefined;

/** @param what stands at the start of a sentence: `The enlargement` */
export async function runJob(what: string, notices: Notices, body: (job: Job) => Promise<void>): Promise<void> {
  if (running !== undefined) {
    const { what: other, controller, ended } = running;
    notices.show(`${other} is still running. Wait until it is done, or stop it.`, {
      kind: 'warning',
      actions: [
        {
          label: 'Stop it and start this',
          run: async () => {
            controller.abort();
            await ended;
            await runJob(what, notices, body);
          },
        },
      ],
    });
    return;
  }
  const controller = new AbortController();
  const title = document.title;
  const work = async (): Promise<void> => {
    const lock = await stayAwake();
    try {
      await body({
        signal: controller.signal,
        progress: percent => {
          document.title = `${Math.floor(percent)} % · ${title}`;
        },
      });
      if (document.hidden) notices.show('Done while you were away.');
    } catch (error) {
      if (errorCode(error) === 'aborted') notices.show(explain(error));
      else {
        console.error(error);
        notices.show(explain(error), {
          kind: 'error',
          actions: [{ label: 'Try again', run: () => void runJob(what, notices, body) }],
        });
      }
    } finally {
      void lock?.release();
      document.title = title;
      running = undefined;
    }
  };
  const ended = work();
  running = { what, controller, ended };
  await ended;
}

export function stopJob(): void {
  running?.controller.abort();
}

/** Phones switch themselves off in the middle of long work otherwise. */
async function stayAwake(): Promise<WakeLockSentinel | undefined> {
  try {
    return await navigator.wakeLock?.request('screen');
  } catch {
    return undefined;
  }
}
