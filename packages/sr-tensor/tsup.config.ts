import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup.ts';

export default defineConfig(
  library([
    'src/index.ts',
    'src/gradients.ts',
    'src/gradients.node.ts',
    'src/backend/index.ts',
    'src/backend/backends.node.ts',
    'src/backend/backends.browser.ts',
    'src/weights/index.ts',
    'src/weights/node.ts',
    'src/weights/read-url.ts',
    'src/weights/read-url.node.ts',
    'src/native/index.ts',
    'src/worker/index.ts',
    'src/testing/index.ts',
    'src/testing/assets.ts',
    'src/testing/assets.node.ts',
    'src/optimizers/index.ts',
  ]),
);
