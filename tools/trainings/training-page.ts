/** A report of each training that is kept, on one page. */
import { markdownTable } from '../docs/golden-cases.js';
import type { KeptTraining } from './kept-trainings.js';

/** Where the pictures were others than `photos/`. */
const picturesOf: Readonly<Record<string, string>> = {
  'x4-small-faces': '--data faces/',
  'x4-small-aerial': '--data flight/ --validation flight-held-out/',
};

const head = `# How the networks that come along were trained

Written by \`npm run docs:trainings\` of the recipes, thinned logs and cards in \`packages/sr-weights\`; [the zoo](zoo.md) compares
what came out. \`photos/\` are the 543 that the cards tell of. Losses are shown before they are weighted, those of discriminators are in
the logs alone. Where a network was trained twice the second part goes on from the folder of the first.`;

/** The page as Markdown, for docs/ */
export function trainingPage(trainings: readonly KeptTraining[]): string {
  return [head, ...trainings.map(training => section(training))].join('\n\n').concat('\n');
}

function section({ name, network, isFirst, recipe, log, card }: KeptTraining): string {
  const { hardware, software, iteration } = card.training;
  const inBfloat16 = String(software).includes('BF16');
  const files = `packages/sr-weights/training/${name}`;
  const data = picturesOf[network] ?? '--data photos/';
  const command = `npx sr train ${files}.json ${data} --out runs/${name}`;
  const shipped = isFirst ? 'the second part goes on from there' : `what ships is of step ${count(Number(iteration))}`;
  const began = recipe.init === null ? 'random weights' : `\`${recipe.init.weights}\``;
  return [
    `## ${name}`,
    card.description,
    `\`\`\`sh\n${inBfloat16 ? 'TF_SET_ONEDNN_FPMATH_MODE=BF16 ' : ''}${command}\n\`\`\``,
    `${count(Number(recipe.steps))} steps in ${duration(log.at(-1)!.seconds)}, from ${began}; ${shipped}.
By ${hardware}; ${software}. [Recipe](../${files}.json), [log](../${files}.log.jsonl).`,
    `![losses](images/trainings/${name}.svg)`,
    validations(log),
  ].join('\n\n');
}

/** Scores of the pictures held out; the best, by which the step was chosen, is bold. */
function validations(log: KeptTraining['log']): string {
  const lines = log.filter(line => line.type === 'validation');
  const metrics = Object.keys(lines[0]!.scores);
  const best = lines.findLast(({ isBest }) => isBest);
  const rows = lines.map(line => {
    const cells = [count(line.iteration), ...metrics.map(metric => `${line.scores[metric]}`)];
    return line === best ? cells.map(cell => `**${cell}**`) : cells;
  });
  return markdownTable([['pictures held out, after step', ...metrics], ...rows]);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}
