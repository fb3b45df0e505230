import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Puts files that modules name as `new URL('file', import.meta.url)` into the bundle, as `data:` addresses.
 *
 * @param files the names that it is done for
 */
export function inlineAssets(files: RegExp): Plugin {
  return {
    name: 'inline-assets',
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        let found = false;
        const contents = await replace(source, assetUrl, async (all, name) => {
          if (!files.test(name)) return all;
          found = true;
          const bytes = await readFile(locate(name, path));
          return `new URL("data:application/octet-stream;base64,${bytes.toString('base64')}")`;
        });
        return found ? { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' } : undefined;
      });
    },
  };
}

const assetUrl = /new URL\(\s*["']([^"']+)["'],\s*import\.meta\.url,?\s*\)/g;

function locate(name: string, from: string): string {
  return name.startsWith('.') ? resolve(dirname(from), name) : createRequire(from).resolve(name);
}

async function replace(
  text: string,
  pattern: RegExp,
  by: (all: string, group: string) => Promise<string>,
): Promise<string> {
  const matches = [...text.matchAll(pattern)];
  const parts = await Promise.all(matches.map(match => by(match[0], match[1]!)));
  let end = 0;
  const pieces = matches.map((match, i) => {
    const piece = text.slice(end, match.index) + parts[i];
    end = match.index + match[0].length;
    return piece;
  });
  return pieces.join('') + text.slice(end);
}
