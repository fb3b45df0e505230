// What the gradient branch and the gradient loss of SPSR are worth: trains spsr-g in its small form with and without them,
// the same steps and seed, and prints LPIPS, PSNR and SSIM on Set14 as a table.
// Usage: node tools/spsr-ablation.mjs [--steps N] [--out FOLDER] [--write docs/spsr-ablation.md]
// (after a build; resumes what was interrupted)
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './setup.mjs';

const { values } = parseArgs({
  options: {
    steps: { type: 'string' },
    out: { type: 'string', default: 'out/spsr-ablation' },
    write: { type: 'string' },
  },
});
const assets = resolve(process.env.SR_TEST_ASSETS ?? join(root, '../shared'));
process.env.SR_WEIGHTS_DIR ??= join(assets, 'weights');
const sr = join(root, 'packages/sr-cli/dist/index.js');

const versions = {
  'SPSR-G': [],
  'without branch and gradient loss': ['branch=false', 'gradientLoss=none'],
};
const metrics = ['lpips-alex', 'lpips-squeeze', 'psnr', 'ssim'];

const rows = [['Set14', ...metrics], Array(metrics.length + 1).fill('---')];
for (const [index, [name, choices]] of Object.entries(versions).entries()) {
  const out = resolve(values.out, `${index}`);
  train(out, choices);
  rows.push([name, ...scores(join(out, 'last.safetensors'))]);
}
const table = rows.map(cells => `| ${cells.join(' | ')} |`).join('\n');
console.log(table);
if (values.write !== undefined) writeFileSync(values.write, page());

function page() {
  const { steps, phases } = JSON.parse(readFileSync(join(resolve(values.out, '0'), 'recipe.json'), 'utf8'));
  const command = `node tools/spsr-ablation.mjs${values.steps === undefined ? '' : ` --steps ${values.steps}`} --write docs/spsr-ablation.md`;
  return `# What the gradient branch and the gradient loss of SPSR are worth

\`${command}\` trains \`spsr-g\` in its small form twice, with and
without them: the same seed, the same ${steps} steps, of which the first ${phases.adversarial.from} are the pretraining (the whole
small form has 3,000). Features are those of SqueezeNet. These are the last weights of each on Set14, x4: LPIPS of whole pictures, PSNR
and SSIM of the luma, 4 pixels left out along each side. Both are far from trained; bicubic interpolation has 26.09 dB. The paper's
table II has the full form after 400,000 steps.

${table}
`;
}

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
