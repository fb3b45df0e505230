/** What differs between platforms: this is the browser's side. */
import { SrError } from 'sr-tensor';

/** The bytes that lie at a URL. */
export async function readUrl(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  const failed = (why: string, cause?: unknown): SrError =>
    new SrError({ code: 'fetch/failed', message: `${url.href} could not be read: ${why}.`, cause });
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw failed((cause as Error).message, cause);
  }
  if (!response.ok) throw failed(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
