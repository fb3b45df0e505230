// `sr ui`: the page that it serves enlarges by the backend of this machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath } from './chromium.js';
import { chromiumArguments, root, run, temporaryFolder } from './support.js';
import { choose, downloaded, largestDifference, photo, pixels, png, screenshot } from './web-page.js';

const cli = join(root, 'packages/sr-cli/dist/index.js');
const folder = temporaryFolder();
let server: ChildProcess;
let address: string;
let browser: Browser;

describe.skipIf(executablePath === undefined)('sr ui', () => {
  beforeAll(async () => {
    server = spawn('node', [cli, 'ui', '--backend', 'wasm', '--workers', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    address = await new Promise<string>((resolve, reject) => {
      let output = '';
      server.stdout!.on('data', data => {
        output += data;
        const [, found] = /^Open (\S+)$/m.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
      server.on('exit', code => reject(new Error(`sr ui ended with ${code}: ${output}`)));
    });
    browser = await chromium.launch({ executablePath: executablePath!, args: chromiumArguments });
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill('SIGINT');
    folder[Symbol.dispose]();
  });

  it('enlarges on this machine, and keeps the key out of the address', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(address);
    const picture = await photo(96, 64);
    await choose(page, png('small.png', picture));
    await page.getByLabel('This machine (wasm)').waitFor({ state: 'attached' });
    expect(page.url()).not.toContain('key');
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    const result = await pixels((await downloaded(page, 'Download')).bytes);
    const [input, output] = [join(folder.path, 'input.png'), join(folder.path, 'output.png')];
    writeFileSync(input, picture);
    run('node', [cli, 'upscale', input, '-o', output, '--backend', 'wasm']);
    const expected = await pixels(output);
    expect(result).toMatchObject({ width: 384, height: 256, channels: 3 });
    expect(largestDifference(result.data, expected.data)).toBeLessThanOrEqual(1);
    await screenshot(page, 'ui');
  });
});
