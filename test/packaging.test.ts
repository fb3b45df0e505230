// What users get: the packed tarballs, checked by publint and are-the-types-wrong, installed into an empty project, used
// by a Node program and by a page that Vite built.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { createServer, build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, packages, root, run, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const tarballs = new Map<string, string>();

beforeAll(() => {
  for (const name of packages) {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', folder.path, '-w', `packages/${name}`]),
    );
    tarballs.set(name, join(folder.path, packed.filename));
  }
});
afterAll(() => folder[Symbol.dispose]());

describe.each(packages)('the tarball of %s', name => {
  it('passes publint', () => {
    run('npx', ['publint', '--strict', tarballs.get(name)!]);
  });

  it('has types that resolve as its code does', () => {
    run('npx', ['attw', '--profile', 'esm-only', '--format', 'ascii', tarballs.get(name)!]);
  });

  it('is no more than 10 MB to download', () => {
    // sr-weights comes near it; what would pass it goes into a package of its own, a family of networks each.
    expect(statSync(tarballs.get(name)!).size).toBeLessThan(10e6);
  });

  it('holds no tfjs and no test', () => {
    const files = run('tar', ['-tzf', tarballs.get(name)!]).split('\n');
    expect(files.filter(file => /\.test\.|golden/.test(file))).toEqual([]);
    for (const file of readdirSync(join(root, 'packages', name, 'dist'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.js') || file.includes('standalone')) continue;
      // Every copy of tfjs-core defines its engine's registration of kernels.
      const code = readFileSync(join(root, 'packages', name, 'dist', file), 'utf8');
      expect(code.includes('kernelRegistry') || code.includes('class EngineState'), file).toBe(false);
    }
  });
});

describe('an empty project that installs the tarballs', () => {
  const project = join(folder.path, 'project');

  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
    run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...tarballs.values()],
      project,
    );
  });

  it('has one copy of tfjs-core, which came with the peers', () => {
    const copies = run('find', ['node_modules', '-path', '*@tensorflow/tfjs-core/package.json'], project)
      .trim()
      .split('\n');
    expect(copies).toEqual(['node_modules/@tensorflow/tfjs-core/package.json']);
  });

  it('runs a Node program with gradients, a picture enlarged and a metric', () => {
    writeFileSync(
      join(project, 'program.js'),
      `import * as tf from '@tensorflow/tfjs-core';
       import { pixelShuffle } from 'sr-tensor';
       import { selectBackend } from 'sr-tensor/backend';
       import { loadUpscaler } from 'sr-models';
       import { psnr } from 'sr-metrics';
       import { resizePicture } from 'sr-data';
       import small from 'sr-weights/x4-small';
       const { backend } = await selectBackend({ backend: 'wasm' });
       const gradient = tf.grad(x => tf.sum(tf.square(pixelShuffle(x, 2))))(tf.ones([1, 2, 2, 4]));
       const data = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * 37) % 256);
       const picture = { data, width: 24, height: 16, channels: 3 };
       const upscaler = await loadUpscaler(small, { backend: 'wasm' });
       const big = await upscaler.upscale(picture);
       upscaler.dispose();
       const [decibels] = await psnr(resizePicture(big, { scale: 1 / 4, quantize: true }), picture);
       console.log(JSON.stringify({ backend, gradient: [...new Set(await gradient.data())], size: [big.width, big.height], decibels }));
       process.exit(0);`,
    );
    const { backend, gradient, size, decibels } = JSON.parse(run('node', ['program.js'], project));
    expect(backend).toBe('wasm');
    expect(gradient).toEqual([2]);
    expect(size).toEqual([96, 64]);
    expect(decibels).toBeGreaterThan(10);
  });

  it('runs the command line', () => {
    const models = JSON.parse(run('npx', ['sr', 'models', '--json'], project));
    expect(JSON.stringify(models)).toContain('x4-small');
  });

  it('runs in a page that Vite built, with gradients and one copy of tfjs-core', async () => {
    const executablePath = chromiumPath();
    if (executablePath === undefined) return;
    const page = join(project, 'page');
    mkdirSync(page);
    writeFileSync(join(page, 'index.html'), '<script type="module" src="./main.js"></script>');
    writeFileSync(
      join(page, 'main.js'),
      `import * as tf from '@tensorflow/tfjs-core';
       import '@tensorflow/tfjs-backend-cpu';
       import { pixelShuffle } from 'sr-tensor';
       import { loadUpscaler } from 'sr-models';
       import small from 'sr-weights/x4-small';
       async function main() {
         await tf.setBackend('cpu');
         const gradient = tf.grad(x => tf.sum(tf.square(pixelShuffle(x, 2))))(tf.ones([1, 2, 2, 4]));
         const upscaler = await loadUpscaler(small, { backend: 'cpu' });
         const data = new Uint8Array(8 * 8 * 3).fill(128);
         const big = await upscaler.upscale({ data, width: 8, height: 8, channels: 3 });
         upscaler.dispose();
         return { gradient: [...new Set(await gradient.data())], size: [big.width, big.height] };
       }
       main().then(result => { window.result = result; }, error => { window.result = { error: String(error.stack) }; });`,
    );
    await viteBuild({ root: page, base: './', logLevel: 'error', build: { target: 'es2022' } });
    const code = readdirSync(join(page, 'dist/assets')).filter(file => file.endsWith('.js'));
    const engines = code.map(
      file => readFileSync(join(page, 'dist/assets', file), 'utf8').split('_tfengine').length - 1,
    );
    expect(engines.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);

    const server = await createServer({
      root: join(page, 'dist'),
      logLevel: 'error',
      server: { port: 0, host: '127.0.0.1' },
    });
    await server.listen();
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-background-networking'],
    });
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${(server.httpServer!.address() as { port: number }).port}/`);
      const result = await tab.waitForFunction('window.result', undefined, { timeout: 120_000 });
      expect(await result.jsonValue()).toEqual({ gradient: [2], size: [32, 32] });
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
