// The web app as people open it: built by Vite, served from this machine, walked through in a real Chromium.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { build } from 'vite';
import { executablePath, portOf } from './chromium.js';
import { chromiumArguments, root, temporaryFolder } from './support.js';

export interface WebApp {
  /** A fresh profile with the page open. */
  open(options?: OpenOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Behind the address: `?backend=webgl#measure`. */
  readonly address?: string;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What was asked of other servers than the page's own. */
  readonly foreign: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where the walks leave what they saw. */
const screenshots = join(root, 'out', 'web');

/** Canvases are drawn by the CPU itself, not by a GPU that it emulates. */
const inMemory = ['--disable-accelerated-2d-canvas'];

/** Builds and serves the page, and starts a browser. */
export async function startWebApp(more: readonly string[] = []): Promise<WebApp> {
  const folder = temporaryFolder();
  const outDir = join(folder.path, 'web');
  await build({ configFile: join(root, 'examples/web/vite.config.ts'), logLevel: 'error', build: { outDir } });
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: [...chromiumArguments, ...inMemory, ...more],
  });
  return {
    open: options => openPage(browser, outDir, options),
    async close() {
      await browser.close();
      folder[Symbol.dispose]();
    },
  };
}

async function openPage(
  browser: Browser,
  folder: string,
  { address = '', headers = {}, ...options }: OpenOptions = {},
): Promise<OpenPage> {
  const server = await serve(folder, headers);
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const foreign: string[] = [];
  page.on('request', request => {
    const url = request.url();
    if (!/^(blob|data):/.test(url) && !url.startsWith(origin)) foreign.push(url);
  });
  await page.goto(`${origin}/${address}`);
  return {
    page,
    context,
    foreign,
    async [Symbol.asyncDispose]() {
      await context.close();
      server.close();
    },
  };
}

async function serve(folder: string, headers: Readonly<Record<string, string>>): Promise<Server> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.wasm': 'application/wasm',
    '.webmanifest': 'application/manifest+json',
  };
  const server = createServer(async ({ url }, response) => {
    const path = new URL(url!, 'http://localhost').pathname;
    try {
      const content = await readFile(join(folder, path === '/' ? 'index.html' : path));
      const type = types[extname(path === '/' ? '.html' : path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': path === '/' ? 'text/html' : type, ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A file as a person would choose it. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function png(name: string, buffer: Buffer): ChosenFile {
  return { name, mimeType: 'image/png', buffer };
}

/** A part of the sample photo. */
export function photo(width: number, height: number): Promise<Buffer> {
  return sharp(join(root, 'examples/photos/lake.png')).extract({ left: 60, top: 60, width, height }).png().toBuffer();
}

/** Chooses files in Enlarge, wherever it stands. */
export async function choose(page: Page, ...files: ChosenFile[]): Promise<void> {
  const isEmpty = await page.locator('.hero').isVisible();
  await page.locator(isEmpty ? '.hero input[type=file]' : 'input[aria-label="Add pictures"]').setInputFiles(files);
}

/** What a click downloads. */
export async function downloaded(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Leaves a screenshot in out/web. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  // What is drawn next, at the top of the page.
  await page.evaluate('scrollTo(0, 0); new Promise(requestAnimationFrame)');
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

/** The pixels of a file, and the largest difference to those of another. */
export async function pixels(
  file: Buffer | string,
): Promise<{ data: Buffer; width: number; height: number; channels: number }> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

export function largestDifference(a: Buffer, b: Buffer): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
