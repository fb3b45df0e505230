// The code that the documentation shows: every `@example` of the sources and every `ts` and `js` block of the Markdown files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Example {
  /** Where it begins: `packages/sr-data/README.md:12`. */
  readonly place: string;
  readonly code: string;
}

export function collectExamples(root: string): Example[] {
  const examples: Example[] = [];
  for (const folder of ['packages', 'docs', '.']) {
    const paths = readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' });
    for (const path of paths.map(path => join(folder, path)).toSorted()) {
      if (/node_modules|dist\/|\.test\.ts$|\.d\.ts$|CHANGELOG/.test(path)) continue;
      const pattern = path.endsWith('.md')
        ? fenced
        : path.includes('/src/') && path.endsWith('.ts')
          ? tagged
          : undefined;
      if (pattern !== undefined) examples.push(...find(root, path, pattern));
    }
  }
  return examples;
}

/** Lines that begin with a star, up to the next tag or the end of the comment. */
const tagged = /@example\n(?<code>(?:[ \t]*\*(?!\/)(?! @).*\n)+)/g;
const fenced = /^```(?:ts|js)\n(?<code>.*?)^```$/gms;

function find(root: string, path: string, pattern: RegExp): Example[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(pattern)].map(match => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length + 1}`,
    code: pattern === tagged ? match.groups!.code!.replace(/^[ \t]*\* ?/gm, '') : match.groups!.code!,
  }));
}
