/** The files of the built page, and no others: the list is made once. */
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { RequestError } from './responses.js';

export interface StaticFiles {
  send(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.md': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** As the page itself says, and nobody may put it in a frame. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export async function staticFiles(folder: string): Promise<StaticFiles> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map(
    names
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [`/${path.slice(join(folder, sep).length).split(sep).join('/')}`, path]),
  );
  files.set('/', join(folder, 'index.html'));
  return {
    async send({ method }, response, pathname) {
      const path = files.get(pathname);
      if (path === undefined) throw new RequestError(404, `There is no ${pathname}.`);
      if (method !== 'GET' && method !== 'HEAD') throw new RequestError(405, `Expected GET, received ${method}.`);
      const content = await readFile(path);
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-length': content.length,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      response.end(method === 'HEAD' ? undefined : content);
    },
  };
}
