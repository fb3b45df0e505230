// `npm start [-- PICTURE ...]`: enlarges a picture four times with the project's own network and says where it is.
import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { ensureBuild, ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
ensureBuild();

const pictures = process.argv.slice(2);
if (pictures.length === 0) pictures.push(join(root, 'examples/photos/lake.png'));
mkdirSync(join(root, 'out'), { recursive: true });
const output =
  pictures.length === 1
    ? join(root, 'out', `${basename(pictures[0], extname(pictures[0]))}@4x.png`)
    : `${join(root, 'out')}/`;
run('node', [join(root, 'packages/sr-cli/dist/index.js'), 'upscale', ...pictures, '-o', output]);
