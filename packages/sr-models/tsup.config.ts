import { defineConfig } from 'tsup';
import { inlineAssets } from '../../tools/inline-assets.ts';
import { library } from '../../tools/tsup.ts';

export default defineConfig([
  library([
    'src/index.ts',
    'src/node.ts',
    'src/platform.ts',
    'src/platform.node.ts',
    'src/worker.ts',
    'src/element/index.ts',
    'src/export/index.ts',
    'src/testing/index.ts',
  ]),
  library(['src/standalone.ts'], {
    platform: 'browser',
    splitting: false,
    sourcemap: false,
    minify: true,
    // Beside the library, whose own build may be under way.
    clean: false,
    skipNodeModulesBundle: false,
    noExternal: [/./],
    // Sources, since what is built here may not be there yet.
    esbuildOptions: options => {
      options.conditions = ['sr-source', 'browser', 'module'];
    },
    esbuildPlugins: [inlineAssets(/(\.safetensors|-wasm-simd\.wasm)$/)],
  }),
]);
