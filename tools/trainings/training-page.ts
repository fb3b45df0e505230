/** A report of each training that is kept, on one page. */
import { markdownTable } from '../docs/golden-cases.js';
import type { KeptTraining } from './kept-trainings.js';

/** Where the pictures were others than `photos/`. */
const picturesOf: Readonly<Record<string, string>> = {
  'x4-small-faces': '--data faces/',
  'x4-small-aerial': '--data flight/ --validation flight-held-out/',
};

const head = `# How the networks that enlarge were trained

Written by \`npm run docs:trainings\` of the recipes, thinned logs and cards in \`packages/sr-weights\`; [the zoo](zoo.md) compares
what came out. Styles: [how they were trained](styles.md).

- \`photos/\`: one folder of 543, the 400 of BSDS500's parts \`train\` and \`test\` (BSD100 is of \`val\`), \`t1\` to \`t53\` of T91, 90 of ImageNet.
  Those smaller than a patch are left out, unless the recipe has \`data.zoom\`. Eight were held out by every training:
  \`118015\`, \`23025\` and \`80085\` of BSDS500, \`t23\`, \`t24\`, and ImageNet's \`n01514859_hen\`, \`n02025239_ruddy_turnstone\`, \`n02909870_bucket\`.
- \`faces/\`: \`000001\` to \`000032\` of CelebA, five of GFPGAN's demo. \`flight/\`: \`DJI_0018\`, \`0020\`, \`0022\` and \`0024\` of one flight of a
  drone, a quarter as wide; \`flight-held-out/\`: \`DJI_0026\`.

Losses are shown before they are weighted, as means of as many steps as lie between; those of discriminators are in the logs alone.
Scores are those of the pictures held out, PSNR and SSIM on Y. Bold is the step whose weights ship, or are gone on from.`;

/** The page as Markdown, for docs/. */
export function trainingPage(trainings: readonly KeptTraining[]): string {
  return [head, ...trainings.map(section)].join('\n\n').concat('\n');
}

function section(training: KeptTraining): string {
  const { name, isFirst, recipe, log, card } = training;
  const validations = log.filter(line => line.type === 'validation');
  const best = validations.findLast(({ isBest }) => isBest)!;
  const kept = isFirst ? best.iteration : Number(card.training.iteration);
  const file = kept === best.iteration ? 'best.safetensors' : 'last.safetensors';
  const use = isFirst ? 'the second training goes on from' : 'what ships is';
  const began = recipe.init === null ? 'random weights' : `\`${recipe.init.weights}\``;
  const files = `../packages/sr-weights/training/${name}`;
  return [
    `## ${name}`,
    card.description,
    `\`\`\`sh\n${commands(training).join(' &&\n')}\n\`\`\``,
    `${count(Number(recipe.steps))} steps in ${duration(log.at(-1)!.seconds)} from ${began}; ${use} \`${file}\`. [Recipe](${files}.json), [log](${files}.log.jsonl).
${card.training.hardware}; ${card.training.software}.`,
    `![losses](images/trainings/${name}.svg)`,
    scores(validations, kept),
  ].join('\n\n');
}

/** What repeats a training from nothing. */
function commands({ name, network, isFirst, recipe, card }: KeptTraining): string[] {
  const inBfloat16 = String(card.training.software).includes('BF16');
  const train = (part: string): string =>
    `${inBfloat16 ? 'TF_SET_ONEDNN_FPMATH_MODE=BF16 ' : ''}npx sr train packages/sr-weights/training/${part}.json ${picturesOf[network] ?? '--data photos/'} --out runs/${part}`;
  const isSecond = !isFirst && recipe.init?.weights.startsWith('runs/');
  return [...(isSecond ? [train(`${network}.first`)] : []), train(name)];
}

function scores(validations: readonly Validation[], kept: number): string {
  const metrics = Object.keys(validations[0]!.scores);
  const rows = validations.map(({ iteration, scores }) => {
    const cells = [count(iteration), ...metrics.map(metric => `${scores[metric]}`)];
    return iteration === kept ? cells.map(cell => `**${cell}**`) : cells;
  });
  return markdownTable([['after step', ...metrics], ...rows]);
}

type Validation = Extract<KeptTraining['log'][number], { type: 'validation' }>;

function count(value: number): string {
  return value.toLocaleString('en');
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}
