import { defineConfig } from 'tsup';
import { library } from '../../tools/tsup.ts';

export default defineConfig(library(['src/index.ts', 'src/platform.ts', 'src/platform.node.ts']));
