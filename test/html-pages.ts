// Pages that are one file, opened from the disk in a real browser.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe } from 'vitest';
import { chromiumPath } from './support.js';

export interface OpenPage {
  readonly page: Page;
  /** What went wrong so far: errors, whatever the page printed or asked, and addresses of other protocols than allowed. */
  readonly faults: string[];
}

/** Opens a page. */
export type OpenHtml = (html: string, options?: BrowserContextOptions) => Promise<OpenPage>;

const executablePath = chromiumPath();

/**
 * Declares tests of pages in Chromium; they are skipped, with the reason printed, where there is none.
 *
 * @param options.protocols that pages may load from; default `file`
 */
export function describePages(
  what: string,
  { protocols = ['file'] }: { protocols?: readonly string[] },
  body: (open: OpenHtml) => void,
): void {
  describe.skipIf(executablePath === undefined)(what, () => {
    let folder: string;
    let browser: Browser;
    let count = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sr-pages-'));
      const playwright = await import('playwright');
      browser = await playwright.chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    });
    afterAll(async () => {
      await browser?.close();
      await rm(folder, { recursive: true, force: true });
    });

    body(async (html, options) => {
      const path = join(folder, `page-${count++}.html`);
      await writeFile(path, html);
      const page = await (await browser.newContext(options)).newPage();
      const faults: string[] = [];
      page.on('pageerror', error => faults.push(error.message));
      page.on('console', message => faults.push(message.text()));
      page.on('dialog', dialog => faults.push(dialog.message()));
      page.on('request', request => {
        if (!protocols.includes(new URL(request.url()).protocol.slice(0, -1))) faults.push(request.url());
      });
      await page.goto(pathToFileURL(path).href);
      return { page, faults };
    });
  });
}
