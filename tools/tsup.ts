import type { Options } from 'tsup';

/** The build that every library shares: one ES module an entry point, shared chunks, nothing of other packages inside. */
export function library(entries: string[], overrides: Options = {}): Options {
  return {
    entry: Object.fromEntries(entries.map(path => [path.replace(/^src\//, '').replace(/\.ts$/, ''), path])),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    sourcemap: true,
    clean: true,
    // Declarations are made by tsc: they carry maps, and tsup's own step does not run with TypeScript 6.
    dts: false,
    skipNodeModulesBundle: true,
    // Conditional imports stay conditions of the published package.
    external: [/^#/],
    ...overrides,
  };
}
