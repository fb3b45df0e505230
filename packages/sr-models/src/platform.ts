/** What differs between platforms: this is the browser's side. */
import { SrError } from 'sr-tensor';
import type { Port } from 'sr-tensor/worker';
import type { WorkerSetup } from './tile-worker.js';

/** The bytes that lie at a URL. */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw fetchError(url, (cause as Error).message, cause);
  }
  if (!response.ok) throw fetchError(url, `status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** How many threads may compute tiles side by side. */
export function cores(): number {
  return 1;
}

/** Bytes that may be used. */
export function availableMemory(): number {
  // Browsers tell the memory of the machine at most (in GiB, 8 at most); a page gets a part of it.
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return (gigabytes * 2 ** 30) / 4;
}

/** Starts a thread that computes tiles. */
export const startTileWorker: ((setup: WorkerSetup) => Port) | undefined = undefined;

function fetchError(url: URL, why: string, cause?: unknown): SrError {
  return new SrError({ code: 'fetch/failed', message: `${url.href} could not be read: ${why}.`, cause });
}
