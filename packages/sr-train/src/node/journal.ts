import { appendFile, readFile } from 'node:fs/promises';
import type { TrainLogEntry } from '../train-steps.js';
import { diskError, writeAtomically } from './atomic-file.js';

/** A line of `log.jsonl`. */
export type JournalEntry =
  | ({ readonly type: 'train' } & TrainLogEntry)
  | {
      readonly type: 'validation';
      readonly iteration: number;
      readonly scores: Readonly<Record<string, number>>;
      /** Those of each picture. */
      readonly pictures: Readonly<Record<string, Readonly<Record<string, number>>>>;
      readonly isBest: boolean;
      readonly seconds: number;
    };

/** The log of a training: JSON lines that are only ever appended, and read again by the report. */
export class Journal {
  readonly #path: string;
  readonly #entries: JournalEntry[];

  private constructor(path: string, entries: JournalEntry[]) {
    this.#path = path;
    this.#entries = entries;
  }

  /** Opens a log and cuts off what came after `iteration`, since those steps are done again. */
  static async open(path: string, iteration: number): Promise<Journal> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const entries = text
      .split('\n')
      .map(parseLine)
      .filter(entry => entry !== undefined && entry.iteration <= iteration) as JournalEntry[];
    const kept = entries.map(entry => `${JSON.stringify(entry)}\n`).join('');
    if (kept !== text) await writeAtomically(path, kept);
    return new Journal(path, entries);
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** @throws `disk/full`, `disk/write` */
  async add(entry: JournalEntry): Promise<void> {
    try {
      await appendFile(this.#path, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      throw diskError(this.#path, error);
    }
    this.#entries.push(entry);
  }
}

/** A line, or undefined for the torn last one of a run that was killed. */
function parseLine(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}
