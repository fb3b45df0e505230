import { Presets, SingleBar } from 'cli-progress';
import { formatSeconds } from './output.js';

/** A bar on the terminal; nothing at all where stderr is none. */
export interface ProgressBar {
  /** @param percent 0 to 100 */
  update(percent: number, details?: { secondsLeft?: number | undefined; text?: string }): void;
  /** Takes the bar away, so that a line can be printed. */
  clear(): void;
}

/** @param title what is being done */
export function progressBar(title: string): ProgressBar {
  if (!process.stderr.isTTY) return { update() {}, clear() {} };
  const bar = new SingleBar(
    {
      format: '{title} {bar} {percentage} %{text}{left}',
      stream: process.stderr,
      barsize: 24,
      clearOnComplete: true,
      hideCursor: false,
      linewrap: false,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(percent, { secondsLeft, text = '' } = {}) {
      const known = secondsLeft !== undefined && Number.isFinite(secondsLeft);
      const left = known ? `, ${formatSeconds(secondsLeft)} left` : '';
      const payload = { title, text: text === '' ? '' : `, ${text}`, left };
      if (!started) bar.start(100, 0, payload);
      started = true;
      bar.update(Math.floor(percent), payload);
    },
    clear() {
      if (started) bar.stop();
      started = false;
    },
  };
}
