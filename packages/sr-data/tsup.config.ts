import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup.ts';

export default defineConfig(library(['src/index.ts', 'src/node.ts', 'src/browser.ts', 'src/batch-worker.ts']));
