/** Bytes that lie at a URL: this is the browser's side. */
import { SrError } from '../errors.js';

/**
 * The bytes that lie at a URL; in Node also at one of a file.
 *
 * @throws `fetch/failed`; in Node `aborted` for a file
 * @example
 * const { tensors } = readWeights(await readUrl(url));
 */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw unreadable(url, (cause as Error).message, cause);
  }
  if (!response.ok) throw unreadable(url, `status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export function unreadable(url: URL, why: string, cause?: unknown): SrError {
  return new SrError({ code: 'fetch/failed', message: `${url.href} could not be read: ${why}.`, cause });
}
