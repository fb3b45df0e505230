import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  readonly url: string;
  /** The header `Range` of each request so far (undefined: the whole). */
  readonly ranges: (string | undefined)[];
  /** What the server does; may be changed between requests. */
  behavior: Behavior;
  close(): Promise<void>;
}

export interface Behavior {
  content: Uint8Array;
  /** Default `"v1"`; null: no validator. */
  etag?: string | null;
  /** Break the connection after so many bytes of a response, for so many responses. */
  breakAfter?: number;
  breaks?: number;
  /** Waited for before a connection is broken, with the position that was reached. */
  beforeBreak?: ((position: number) => Promise<void>) | undefined;
  /** Answer every request with the whole. */
  ignoreRange?: boolean;
  /** Answer a range with this Content-Range. */
  contentRange?: string;
  /** State this length instead of the true one; null: none (chunked). */
  contentLength?: number | null;
  /** Answer with this status and nothing else. */
  status?: number;
  redirect?: string;
  /** Say nothing any more after so many bytes. */
  silentAfter?: number;
  /** Milliseconds between pieces of 1,000 bytes. */
  slow?: number;
}

/** A server on this machine that hands out one file, in good and bad manners. */
export async function serveFile(behavior: Behavior): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    void answer(request, response, served.behavior);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const served: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`,
    ranges,
    behavior,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return served;
}

async function answer(request: IncomingMessage, response: ServerResponse, behavior: Behavior): Promise<void> {
  const { content, etag = '"v1"', status, redirect } = behavior;
  if (status !== undefined || redirect !== undefined) {
    response.writeHead(status ?? 302, redirect === undefined ? {} : { location: redirect }).end();
    return;
  }
  if (etag !== null) response.setHeader('etag', etag);
  const start = wantedStart(request, behavior, etag);
  const body = content.subarray(start);
  const length = behavior.contentLength === undefined ? body.length : behavior.contentLength;
  if (length !== null) response.setHeader('content-length', length);
  if (start > 0) {
    response.statusCode = 206;
    response.setHeader(
      'content-range',
      behavior.contentRange ?? `bytes ${start}-${content.length - 1}/${content.length}`,
    );
  }
  const breaking = behavior.breakAfter !== undefined && (behavior.breaks === undefined || behavior.breaks-- > 0);
  const until = behavior.silentAfter ?? (breaking ? behavior.breakAfter! : body.length);
  for (let at = 0; at < until && !response.destroyed; at += 1_000) {
    await new Promise(resolve => response.write(body.subarray(at, Math.min(at + 1_000, until)), resolve));
    if (behavior.slow !== undefined) await new Promise(resolve => setTimeout(resolve, behavior.slow));
  }
  if (behavior.silentAfter !== undefined) return;
  if (!breaking) {
    response.end();
    return;
  }
  await behavior.beforeBreak?.(start + until);
  response.destroy();
}

function wantedStart(request: IncomingMessage, behavior: Behavior, etag: string | null): number {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const fits = request.headers['if-range'] === etag && !behavior.ignoreRange && start < behavior.content.length;
  return fits ? start : 0;
}
