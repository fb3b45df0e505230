// Pages in a real browser: built by Vite as users build theirs, served from this machine.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright';
import { defaultClientConditions, build as viteBuild } from 'vite';
import { chromiumArguments, chromiumPath, root, temporaryFolder } from './support.js';

/** Debian's Chromium, or undefined with the reason printed. */
export const executablePath: string | undefined = chromiumPath();

export interface PageOptions {
  /** Behind the address: `backend=webgl`. */
  readonly query?: string;
  /** Files that are served beside the page. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Builds and opens the page in a folder of `test/`, and gives what it leaves in `globalThis.result`; throws what it
 * leaves in `result.failure`.
 */
export async function runPage<Result extends object>(page: string, options: PageOptions = {}): Promise<Result> {
  using folder = temporaryFolder();
  await viteBuild({
    root: join(root, 'test', page),
    logLevel: 'error',
    resolve: { conditions: ['sr-source', ...defaultClientConditions] },
    build: {
      outDir: folder.path,
      target: 'es2022',
      emptyOutDir: true,
    },
  });
  const server = await serve(folder.path, options.files ?? {});
  const browser = await chromium.launch({ executablePath: executablePath!, args: chromiumArguments });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${portOf(server)}/index.html?${options.query ?? ''}`);
    const handle = await tab.waitForFunction('globalThis.result', undefined, { timeout: 240_000 });
    const result = (await handle.jsonValue()) as Result & { failure?: string };
    if (result.failure !== undefined) throw new Error(result.failure);
    return result;
  } finally {
    await browser.close();
    server.close();
  }
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Serves a folder, and files from memory, on a free port of this machine; `headers` are those of every answer. */
export async function serve(
  folder: string | undefined,
  extra: Readonly<Record<string, Uint8Array>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const names = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = new Map(names.map(name => [`/${name}`, join(folder!, name)]));
  const server = createServer(({ url }, response) => {
    const path = new URL(url!, 'http://localhost').pathname;
    const file = files.get(path);
    const content = extra[path.slice(1)] ?? (file === undefined ? undefined : readFileSync(file));
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', ...headers });
    response.end(content);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}
