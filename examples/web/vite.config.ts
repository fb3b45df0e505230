import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type Plugin, type UserConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

const config: UserConfig = defineConfig({
  root,
  // Works in any folder of any server.
  base: './',
  resolve: { conditions: ['sr-source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Weights and icons stay files, which the service worker keeps.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The notices of what is bundled: TensorFlow.js among others.
    license: { fileName: 'licenses.md' },
    // tfjs is large; it is loaded when it is first needed.
    chunkSizeWarningLimit: 3000,
  },
  plugins: [serviceWorker()],
});

export default config;

/** Adds `service-worker.js`, which knows the files of this build. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    // After the plugin that adds the worker's files.
    enforce: 'post',
    generateBundle(_, bundle) {
      const lists = { shell: ['./', './manifest.webmanifest', './icon.svg'], rest: [] as string[] };
      const hash = createHash('sha256');
      for (const [name, file] of Object.entries(bundle)) {
        if (name.endsWith('.map')) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        hash.update(name).update(content);
        // Large are tfjs, its WebAssembly and networks: the page looks the same without. What is large in the page itself
        // is for browsers without workers, and for WebAssembly of other kinds than the usual one.
        if (content.length < 48_000) lists.shell.push(`./${name}`);
        else if (file.type === 'asset' && !/backend-wasm(-threaded-simd)?-[^s]/.test(name))
          lists.rest.push(`./${name}`);
      }
      const source = readFileSync(new URL('src/service-worker.js', import.meta.url), 'utf8')
        .replace('__FILES__', JSON.stringify(lists))
        .replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 12)));
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
    },
  };
}
