import { join } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { conformanceTests } from './test/conformance.js';
import { chromiumArguments, chromiumPath, dawnDriver, root } from './test/support.js';

// Tests import the sources of every package by the 'sr-source' condition, so that no build is needed to run them.
// tfjs keeps its engine in a global: a process a file keeps backends and tensor counts apart.
const shared = {
  resolve: { conditions: ['sr-source'] },
  ssr: { resolve: { conditions: ['sr-source'] } },
};
const test = { pool: 'forks' as const, environment: 'node' as const, testTimeout: 60_000, hookTimeout: 60_000 };

// The GPU is emulated by the CPU, which compiles each shader: minutes for what takes seconds elsewhere. So all files of a
// project share the shaders of one device.
const conformance = {
  include: conformanceTests(),
  isolate: false,
  maxWorkers: 1,
  sequence: { groupOrder: 1 },
  testTimeout: 240_000,
  hookTimeout: 240_000,
};

/** The conformance tests in Node on WebGPU, through Dawn. */
const dawn: TestProjectInlineConfiguration = {
  ...shared,
  test: {
    ...test,
    ...conformance,
    name: 'dawn',
    setupFiles: ['test/dawn/setup.ts', 'test/webgpu-errors.ts'],
    env: { SR_TEST_BACKENDS: 'webgpu', ...dawnDriver() },
  },
};

/**
 * The conformance tests in Chromium; absent, with the reason printed, where that is. A page a backend: tfjs cannot move
 * tensors away from WebGPU, whose values it can only wait for.
 */
function browsers(): TestProjectInlineConfiguration[] {
  const executablePath = chromiumPath();
  if (executablePath === undefined) return [];
  const node = /^(node:(fs|path|crypto|url)|sr-data\/node)$/;
  return ['wasm', 'webgl', 'webgpu'].map(backend => ({
    resolve: {
      conditions: ['sr-source', ...defaultClientConditions],
      alias: [{ find: node, replacement: join(root, 'test/browser/node-modules.ts') }],
    },
    // Named, because a package that is found on the way reloads the page in the middle of its tests.
    optimizeDeps: {
      noDiscovery: true,
      include: [
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-core/dist/register_all_gradients.js',
        ...['cpu', 'wasm', 'webgl', 'webgpu'].map(name => `@tensorflow/tfjs-backend-${name}`),
        'fflate',
      ],
    },
    test: {
      ...conformance,
      name: backend,
      setupFiles: ['test/browser/setup.ts', 'test/webgpu-errors.ts'],
      env: { SR_TEST_BACKENDS: backend, ...(isRequired(backend) && { [`SR_REQUIRE_${backend.toUpperCase()}`]: '1' }) },
      browser: {
        enabled: true,
        headless: true,
        connectTimeout: 600_000,
        provider: playwright({ launchOptions: { executablePath, args: chromiumArguments } }),
        instances: [{ browser: 'chromium' }],
        screenshotFailures: false,
      },
    },
  }));
}

function isRequired(backend: string): boolean {
  return process.env[`SR_REQUIRE_${backend.toUpperCase()}`] === '1';
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          ...test,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: ['**/*.long.test.ts', '**/node_modules/**'],
        },
      },
      {
        ...shared,
        test: {
          ...test,
          name: 'long',
          include: ['packages/*/src/**/*.long.test.ts', 'test/long/**/*.test.ts'],
          testTimeout: 1_800_000,
        },
      },
      { test: { ...test, name: 'packages', include: ['test/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000 } },
      dawn,
      ...browsers(),
    ],
  },
});
