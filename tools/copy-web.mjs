// Puts the built web app (examples/web) into sr-cli, whose command `sr ui` serves it. Part of that package's build.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const target = join(root, 'packages/sr-cli/web');
rmSync(target, { recursive: true, force: true });
cpSync(join(root, 'examples/web/dist'), target, { recursive: true });
