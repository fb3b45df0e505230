/** What differs between platforms: this is Node's side. */
import { readFile } from 'node:fs/promises';
import { abortError, SrError } from 'sr-tensor';
import { readUrl as fetchUrl } from './platform.js';

/** The bytes that lie at a URL or in a file. */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  if (url.protocol !== 'file:') return fetchUrl(url, signal);
  try {
    return await readFile(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    const message = `${url.href} could not be read: ${(cause as Error).message}.`;
    throw new SrError({ code: 'fetch/failed', message, cause });
  }
}
