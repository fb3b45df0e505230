import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup.ts';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, { 'sr-source'?: string }>;
};

export default defineConfig(library(Object.values(exports).flatMap(entry => entry['sr-source']?.slice(2) ?? [])));
