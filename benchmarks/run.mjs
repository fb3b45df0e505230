/**
 * Runs benchmarks: npm run bench -- NAME... (all of them without a name; --list prints the names).
 *
 * Each is a script of this folder that prints ratios of times measured in turns, in one run. They use the built
 * packages, which are built first where they are not up to date.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const scripts = new Map(
  readdirSync(folder)
    .filter(file => /\.(mjs|ts)$/.test(file) && file !== 'run.mjs')
    .map(file => [file.replace(/\.(mjs|ts)$/, ''), file]),
);
const names = [...scripts.keys()].sort();
const asked = process.argv.slice(2);

if (asked.includes('--list')) {
  console.log(names.join('\n'));
  process.exit();
}
const unknown = asked.find(name => !scripts.has(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}"; there are ${names.join(', ')}.`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const build = spawnSync('npx', ['turbo', 'run', 'build'], { cwd: root, encoding: 'utf8' });
if (build.status !== 0) {
  console.error(build.stdout + build.stderr);
  process.exit(1);
}
let failures = 0;
for (const name of asked.length > 0 ? asked : names) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', scripts.get(name)], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) failures++;
}
process.exit(failures === 0 ? 0 : 1);
