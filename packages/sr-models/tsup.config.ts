import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup.ts';

export default defineConfig(
  library([
    'src/index.ts',
    'src/node.ts',
    'src/platform.ts',
    'src/platform.node.ts',
    'src/worker.ts',
    'src/export/index.ts',
    'src/testing/index.ts',
  ]),
);
