// What the gradient branch and the gradient loss of SPSR are worth: trains spsr-g in its small form with and without them,
// the same steps and seed, and prints LPIPS, PSNR and SSIM on Set14 as a table.
// Usage: node tools/spsr-ablation.mjs [--steps N] [--out FOLDER]   (after a build; resumes what was interrupted)
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './setup.mjs';

const { values } = parseArgs({
  options: { steps: { type: 'string' }, out: { type: 'string', default: 'out/spsr-ablation' } },
});
const assets = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'));
process.env.SR_WEIGHTS_DIR ??= join(assets, 'weights');
const sr = join(root, 'packages/sr-cli/dist/index.js');

const versions = {
  'SPSR-G': [],
  'without branch and gradient loss': ['branch=false', 'gradientLoss=none'],
};
const metrics = ['lpips-alex', 'lpips-squeeze', 'psnr', 'ssim'];

const lines = [
  ['Set14', ...metrics].join(' | '),
  Array(metrics.length + 1)
    .fill('---')
    .join(' | '),
];
for (const [index, [name, choices]] of Object.entries(versions).entries()) {
  const out = resolve(values.out, `${index}`);
  train(out, choices);
  lines.push([name, ...scores(join(out, 'last.safetensors'))].join(' | '));
}
for (const line of lines) console.log(`| ${line} |`);

function train(out, choices) {
  const args = [
    'train',
    'spsr-g',
    '--data',
    join(assets, 'data/train'),
    '--out',
    out,
    '--set',
    'form=small',
    ...choices,
  ];
  if (values.steps !== undefined) args.push('--steps', values.steps);
  if (existsSync(join(out, 'recipe.json'))) args.push('--resume');
  // Trained already: the command says so and leaves it as it is.
  const { status } = spawnSync(process.execPath, [sr, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

function scores(weights) {
  const set = join(assets, 'data/bench/Set14');
  const args = ['eval', '--hr', join(set, 'x4'), '--lr', join(set, 'x4'), '--scale', '4', '--model', weights, '--json'];
  const output = execFileSync(process.execPath, [sr, ...args, '--metrics', metrics.join(',')], { encoding: 'utf8' });
  const { mean } = JSON.parse(output);
  return metrics.map(name => mean[name].toFixed(name === 'psnr' ? 2 : 4));
}
