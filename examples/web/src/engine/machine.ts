/** The backend of this machine behind `sr ui`, where the page was opened by it. */
import type { EnlargeEvent, EnlargeResult } from './contract.js';

export interface Machine {
  readonly backend: string;
  readonly device: string;
  /** The network that it enlarges with. */
  readonly model: string;
  /** Bytes of a picture at most. */
  readonly largestUpload: number;
}

const storageKey = 'sr-ui-key';

/** Takes the key out of the address, where it should not stay, and keeps it for this tab. */
export function takeKey(): void {
  const [, key] = /^#key=([\w-]+)$/.exec(location.hash) ?? [];
  if (key === undefined) return;
  sessionStorage.setItem(storageKey, key);
  history.replaceState(null, '', '#enlarge');
}

/** Undefined where the page was opened without `sr ui`, or that has ended. */
export async function findMachine(): Promise<Machine | undefined> {
  if (key() === null) return undefined;
  try {
    const response = await fetch('./api/status', { headers: headers() });
    return response.ok ? ((await response.json()) as Machine) : undefined;
  } catch {
    return undefined;
  }
}

type Line = EnlargeEvent | ({ kind: 'done'; name: string } & Omit<EnlargeResult, 'file'>) | Failure;

interface Failure {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
}

/**
 * Enlarges a file there; pixels come in the end.
 *
 * @throws errors with a `code`, as the engine's
 */
export async function enlargeOnMachine(
  { file, scale }: { file: Blob; scale: number },
  { signal, onProgress }: { signal: AbortSignal; onProgress: (event: EnlargeEvent) => void },
): Promise<EnlargeResult> {
  try {
    const response = await fetch(`./api/enlarge?scale=${scale}`, {
      method: 'POST',
      body: file,
      headers: headers(),
      signal,
    });
    if (!response.ok) throw failureOf((await response.json()) as Failure);
    for await (const line of linesOf(response)) {
      if (line.kind === 'error') throw failureOf(line);
      if (line.kind !== 'done') {
        onProgress(line);
        continue;
      }
      const { kind: _, name, ...rest } = line;
      const result = await fetch(`./api/results/${name}`, { headers: headers(), signal });
      if (!result.ok) throw failureOf((await result.json()) as Failure);
      return { ...rest, file: await result.blob() };
    }
    throw failureOf({
      kind: 'error',
      code: 'machine/ended',
      message: 'sr ui ended before the picture was done. Start it again.',
    });
  } catch (error) {
    if (signal.aborted) throw failureOf({ kind: 'error', code: 'aborted', message: 'Stopped.' });
    if (error instanceof TypeError) {
      throw failureOf({
        kind: 'error',
        code: 'machine/ended',
        message: 'sr ui does not answer. Start it again, or compute in this tab.',
      });
    }
    throw error;
  }
}

async function* linesOf(response: Response): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}

function failureOf({ code, message }: Failure): Error {
  return Object.assign(new Error(message), { code });
}

function key(): string | null {
  return sessionStorage.getItem(storageKey);
}

function headers(): Record<string, string> {
  return { authorization: `Bearer ${key()}` };
}
