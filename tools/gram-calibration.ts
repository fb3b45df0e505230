/**
 * Prints the calibration table of gram-perceptual-metric: its values beside those of PyTorch (tools/oracles/gram.py) on
 * named pairs of pictures. Run from the root: node --conditions=sr-source --import tsx tools/gram-calibration.ts
 *
 * Pictures and networks come from SR_TEST_ASSETS, default ../shared.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gramDistance } from 'gram-perceptual-metric/node';

const assets = process.env.SR_TEST_ASSETS ?? '../shared';
process.env.SR_WEIGHTS_DIR ??= join(assets, 'weights');
const { pairs, tools } = JSON.parse(
  readFileSync('packages/gram-perceptual-metric/src/golden/calibration.json', 'utf8'),
);
const networks = ['squeeze', 'alex'] as const;

const columns = networks.flatMap(network => [`\`${network}\``, `PyTorch ${tools.torch}`, 'difference']);
const lines = [['result', 'reference', ...columns], new Array(2 + columns.length).fill('---')];
let largest = 0;
for (const { result, reference, values } of pairs) {
  const cells = [short(result), short(reference)];
  for (const network of networks) {
    const expected: number = values[`gram-${network} literal`];
    const value = await gramDistance(join(assets, result), join(assets, reference), { network });
    const difference = Math.abs(value - expected) / expected;
    largest = Math.max(largest, difference);
    cells.push(value.toExponential(5), expected.toExponential(5), difference.toExponential(0));
  }
  lines.push(cells);
}
console.log(lines.map(cells => `| ${cells.join(' | ')} |`).join('\n'));
console.log(`\nLargest difference, relative: ${largest.toExponential(1)}`);

function short(path: string): string {
  return path.replace(/^data\/(bench\/(published-outputs\/)?|iqa\/)/, '');
}
