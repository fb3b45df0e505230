/**
 * The web app and, behind it, this machine's backend: on loopback, for one browser.
 *
 * A page of another site can reach loopback too, so nothing is computed without all of: a `Host` of our own (a name that
 * was pointed at 127.0.0.1 is none), no foreign `Origin`, and the key from the address that `sr ui` prints.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenUpscaler } from '../models.js';
import { EnlargeJobs } from './enlarge-jobs.js';
import { fail, RequestError, sendJson } from './responses.js';
import { staticFiles } from './static-files.js';

export interface UiServerOptions {
  /** The built page. */
  readonly folder: string;
  /** 0: a free one. */
  readonly port: number;
  /** Bytes of a picture at most. */
  readonly largestUpload: number;
  readonly model: OpenUpscaler;
  readonly signal: AbortSignal;
}

export interface UiServer {
  /** With the key. */
  readonly address: string;
  close(): Promise<void>;
}

export async function startUiServer({
  folder,
  port,
  largestUpload,
  model,
  signal,
}: UiServerOptions): Promise<UiServer> {
  const key = randomBytes(24).toString('base64url');
  const files = await staticFiles(folder);
  const jobs = await EnlargeJobs.create({ model, largestUpload, signal });
  const server = createServer((request, response) => {
    answer(request, response).catch(error => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origin } = request.headers;
    if (host === undefined || !hosts.includes(host))
      throw new RequestError(403, 'This server answers to its own address only.');
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
    if (!pathname.startsWith('/api/')) return files.send(request, response, pathname);
    if (origin !== undefined && origin !== `http://${host}`)
      throw new RequestError(403, 'Other pages may not use this server.');
    if (!isKey(request.headers.authorization))
      throw new RequestError(401, 'Open the address that sr ui printed: it holds the key.');
    const route = `${request.method} ${pathname.replace(/^(\/api\/results\/).*/, '$1')}`;
    switch (route) {
      case 'GET /api/status':
        return sendJson(response, status());
      case 'POST /api/enlarge':
        return jobs.enlarge(request, response, { scale: Number(searchParams.get('scale') ?? model.upscaler.scale) });
      case 'GET /api/results/':
        return jobs.sendResult(response, pathname.slice('/api/results/'.length));
      default:
        throw new RequestError(404, `There is no ${request.method} ${pathname}.`);
    }
  }

  function isKey(authorization = ''): boolean {
    const [given, expected] = [Buffer.from(authorization), Buffer.from(`Bearer ${key}`)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  function status(): object {
    const { backend, device } = model.upscaler.backend;
    return { backend, device, model: model.name, largestUpload };
  }

  return {
    address: `http://127.0.0.1:${taken}/#key=${key}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await jobs.close();
    },
  };
}
