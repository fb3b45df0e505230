// Workers as users get them: the packed libraries in an empty project, bundled by Vite, webpack and esbuild, or without a
// bundler, in a real Chromium. Each page gives what Node gives.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { readPicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import type { Picture } from 'sr-tensor';
import small from 'sr-weights/x4-small';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { executablePath, portOf, serve } from './chromium.js';
import { chromiumArguments, run, temporaryFolder } from './support.js';
import { largestDifference, photo } from './web-page.js';

const folder = temporaryFolder();
const project = join(folder.path, 'project');
const modules = join(project, 'node_modules');

/** What a page leaves behind. */
interface Result {
  readonly width: number;
  readonly height: number;
  readonly data: string;
  readonly backend: string;
  readonly failure?: string;
}

const imports = `import { fromBlob } from 'sr-data/browser';
import { loadUpscaler } from 'sr-models';
import small from 'sr-weights/x4-small';`;

function program(imports: string, options: object): string {
  return `${imports}
async function main() {
  const photo = await fromBlob(await (await fetch('photo.png')).blob());
  const upscaler = await loadUpscaler(small, ${JSON.stringify({ worker: true, backend: 'wasm', ...options })});
  const { width, height, data } = await upscaler.upscale(photo, { tile: 40 });
  return { width, height, data: btoa(String.fromCharCode(...data)), backend: upscaler.backend.backend };
}
main().catch(error => ({ failure: String(error.stack) })).then(result => Object.assign(globalThis, { result }));`;
}

describe.skipIf(executablePath === undefined)('an upscaler in a worker, of a page by', () => {
  let browser: Browser;
  let picture: Buffer;
  let expected: Picture;

  beforeAll(async () => {
    const tarballs = ['sr-tensor', 'sr-data', 'sr-models', 'sr-weights'].map(name => {
      const [packed] = JSON.parse(
        run('npm', ['pack', '--json', '--pack-destination', folder.path, '-w', `packages/${name}`]),
      );
      return join(folder.path, packed.filename);
    });
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...tarballs], project);
    browser = await chromium.launch({ executablePath: executablePath!, args: chromiumArguments });
    picture = await photo(54, 46);
    const file = join(folder.path, 'photo.png');
    writeFileSync(file, picture);
    using upscaler = await loadUpscaler(small, { backend: 'wasm', workers: 1 });
    expected = await upscaler.upscale(await readPicture(file));
  });
  afterAll(async () => {
    await browser?.close();
    folder[Symbol.dispose]();
  });

  /** A folder of the project with a page whose script is `main.js`, in `source/`. */
  function page(name: string, code: string): { source: string; built: string } {
    const [source, built] = [join(project, name), join(project, `${name}-built`)];
    mkdirSync(source);
    mkdirSync(built);
    writeFileSync(join(source, 'main.js'), code);
    return { source, built };
  }

  const html = (script: string): string => `<!doctype html><script type="module" src="./${script}"></script>`;

  async function expectSamePicture(built: string): Promise<void> {
    const server = await serve(built, { 'photo.png': picture });
    const tab = await browser.newPage();
    try {
      let workers = 0;
      tab.on('worker', () => workers++);
      await tab.goto(`http://127.0.0.1:${portOf(server)}/index.html`);
      const handle = await tab.waitForFunction('globalThis.result', undefined, { timeout: 120_000 });
      const { failure, data, ...rest } = (await handle.jsonValue()) as Result;
      expect(failure).toBeUndefined();
      expect(rest).toEqual({ width: 4 * 54, height: 4 * 46, backend: 'wasm' });
      expect(workers).toBeGreaterThan(0);
      const difference = largestDifference(Buffer.from(data, 'base64'), Buffer.from(expected.data as Uint8Array));
      expect(difference).toBeLessThanOrEqual(1);
    } finally {
      await tab.close();
      server.close();
    }
  }

  it('Vite', async () => {
    const { source, built } = page('vite', program(imports, {}));
    writeFileSync(join(source, 'index.html'), html('main.js'));
    await vite({
      root: source,
      base: './',
      logLevel: 'error',
      build: { target: 'es2022', outDir: built },
      worker: { format: 'es' },
    });
    await expectSamePicture(built);
  });

  it('webpack', async () => {
    const { source, built } = page('webpack', program(imports, {}));
    writeFileSync(join(built, 'index.html'), html('main.js'));
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      const options: webpack.Configuration = {
        mode: 'production',
        context: source,
        entry: './main.js',
        output: { path: built, filename: 'main.js' },
        performance: { hints: false },
        // What takes minutes and changes no address.
        optimization: { minimize: false },
      };
      webpack(options, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    expect(stats!.toJson({ all: false, errors: true }).errors).toEqual([]);
    await expectSamePicture(built);
  });

  // It does not follow new URL('file', import.meta.url): the worker is an entry beside the page's, and files are copied.
  it('esbuild', async () => {
    const { source, built } = page('esbuild', program(imports, { wasmPath: 'assets/' }));
    writeFileSync(join(built, 'index.html'), html('assets/main.js'));
    await esbuild({
      entryPoints: { main: join(source, 'main.js'), worker: join(modules, 'sr-models/dist/worker.js') },
      bundle: true,
      format: 'esm',
      splitting: true,
      minify: true,
      outdir: join(built, 'assets'),
      logLevel: 'error',
    });
    cpSync(join(modules, 'sr-weights/weights/x4-small.safetensors'), join(built, 'weights/x4-small.safetensors'));
    cpSync(join(modules, '@tensorflow/tfjs-backend-wasm/dist'), join(built, 'assets'), {
      recursive: true,
      filter: path => !/\.[a-z.]+$/.test(path) || path.endsWith('.wasm'),
    });
    await expectSamePicture(built);
  });

  it('nobody: the standalone file', async () => {
    const { built } = page('plain', '');
    const code = program(`import { fromBlob, loadUpscaler, x4Small as small } from './standalone.js';`, {});
    writeFileSync(join(built, 'main.js'), code);
    writeFileSync(join(built, 'index.html'), html('main.js'));
    cpSync(join(modules, 'sr-models/dist/standalone.js'), join(built, 'standalone.js'));
    await expectSamePicture(built);
  });
});
