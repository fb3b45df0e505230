import { defineConfig } from 'vitest/config';

// Tests import the sources of every package by the 'sr-source' condition, so that no build is needed to run them.
// tfjs keeps its engine in a global: a process a file keeps backends and tensor counts apart.
const shared = {
  resolve: { conditions: ['sr-source'] },
  ssr: { resolve: { conditions: ['sr-source'] } },
};
const test = { pool: 'forks' as const, environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 };

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
    ],
  },
});
