// `npm test`: installs what is missing, builds, type-checks, lints, tests. SR_REQUIRE_NATIVE, SR_REQUIRE_CHROMIUM and
// SR_REQUIRE_ASSETS (=1) turn what would be skipped for want of a backend, a browser or the test pictures into failures.
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, root, run } from './setup.mjs';

const started = Date.now();

function stage(name, body) {
  const start = Date.now();
  console.log(`\n== ${name}`);
  body();
  console.log(`== ${name}: ${((Date.now() - start) / 1000).toFixed(0)} s`);
}

stage('dependencies', ensureDependencies);
stage('build', ensureBuild);
stage('native backend', () => {
  const installed = run('node', [join(root, 'packages/sr-cli/dist/index.js'), 'native', 'install'], {
    allowFailure: process.env.SR_REQUIRE_NATIVE !== '1',
  });
  if (!installed) console.log('The native backend could not be installed (see above): its tests are skipped.');
});
stage('types', () => run('npx', ['tsc', '--noEmit', '-p', 'tsconfig.json']));
stage('lint', () => {
  run('npx', ['biome', 'check', '--error-on-warnings', '.']);
  run('npx', ['knip']);
});
stage('tests', () => run('npx', ['vitest', 'run', '--project', 'unit', '--project', 'packages']));
console.log(`\nEverything passed in ${((Date.now() - started) / 60_000).toFixed(1)} minutes.`);
