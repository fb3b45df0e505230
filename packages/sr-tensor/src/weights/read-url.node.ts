/** Bytes that lie at a URL: this is Node's side. */
import { readFile } from 'node:fs/promises';
import { abortError } from '../errors.js';
import { readUrl as fetchUrl, unreadable } from './read-url.js';

/** The bytes that lie at a URL or in a file. */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  if (url.protocol !== 'file:') return fetchUrl(url, signal);
  try {
    return await readFile(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    throw unreadable(url, (cause as Error).message, cause);
  }
}
