// Every operation once on WebGL in a real browser, forward and backward, against cpu.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { defaultClientConditions, build as viteBuild } from 'vite';
import { describe, expect, it } from 'vitest';
import { chromiumPath, root, temporaryFolder } from './support.js';
import type { PageResult } from './webgl/page.js';

const executablePath = chromiumPath();

// SwiftShader: a GPU that the CPU emulates, the same on every machine.
const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** Shaders may add in another order and fuse multiplications: some hundred roundings of 6e-8. */
const tolerance = 2e-5;

describe.skipIf(executablePath === undefined).each(['webgl'])('operations on %s in Chromium', backend => {
  it('give what they give on cpu', async () => {
    using folder = temporaryFolder();
    await viteBuild({
      root: join(root, 'test/webgl'),
      logLevel: 'error',
      resolve: { conditions: ['sr-source', ...defaultClientConditions] },
      build: {
        outDir: folder.path,
        target: 'es2022',
        emptyOutDir: true,
        // An optional package that is loaded only where it is wanted.
        rolldownOptions: { external: ['@tensorflow/tfjs-backend-webgpu'] },
      },
    });
    const server = serve(folder.path).listen(0, '127.0.0.1');
    const browser = await chromium.launch({ executablePath: executablePath!, args });
    try {
      const tab = await browser.newPage();
      const { port } = server.address() as AddressInfo;
      await tab.goto(`http://127.0.0.1:${port}/index.html?backend=${backend}`);
      const handle = await tab.waitForFunction('globalThis.result', undefined, { timeout: 240_000 });
      const result = (await handle.jsonValue()) as PageResult & { failure?: string };
      expect(result.failure).toBeUndefined();
      expect(result.device).toMatch(/^WebGL, .*SwiftShader/);
      expect(result.cases.length).toBeGreaterThan(40);
      const wrong = result.cases.filter(({ difference }) => !(difference !== undefined && difference <= tolerance));
      expect(wrong).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  }, 300_000);
});

function serve(folder: string): ReturnType<typeof createServer> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const files = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => [`/${name}`, join(folder, name)]),
  );
  return createServer(({ url }, response) => {
    const path = new URL(url!, 'http://localhost').pathname;
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
}
