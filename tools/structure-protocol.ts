/**
 * Prints how well structure extractors pass the protocol of sr-train: a random one beside those of the weight files that are
 * given, else the shipped one. Run from the root: node --conditions=sr-source --import tsx tools/structure-protocol.ts [FILE ...]
 *
 * Heads learn from the training pictures of SR_TEST_ASSETS (default ../shared) and are tested on Set14 and BSD100.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPictures, readPicture } from 'sr-data/node';
import { encoderOf, type NseConfig, nse } from 'sr-models';
import { Parameters, type Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { readCard } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import { type Pretext, pretexts, structureProtocol } from 'sr-train';

const { values: asked, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '10' },
    steps: { type: 'string', default: '1000' },
    context: { type: 'string', default: 'horizontal' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const assets = process.env.SR_TEST_ASSETS ?? '../shared';
const { device } = await selectBackend({ backend: 'native' });

const train = await readPictures(['data/train/BSDS400', 'data/train/T91', 'data/train/imagenet90']);
const test = await readPictures(['data/bench/Set14/x4', 'data/bench/BSD100-dev/x4'], '_HR.png');
const tasks: readonly Pretext[] = [
  { ...pretexts.context, context: asked.context as 'horizontal', questions: 32 },
  { ...pretexts.jigsaw, questions: 32 },
];
const print = (line: string): void => (asked.json ? console.error(line) : console.log(line));
print(`${device}; heads of ${asked.steps} steps on ${train.length} pictures, tested on ${test.length}`);
print('| extractor | task | success (95 % interval) | times random | chance | questions |\n|---|---|---|---|---|---|');
const results: Record<string, Record<string, number>> = {};
const extractors = files.length > 0 ? files : [(await import('sr-weights/nse')).default.url];
for (const file of ['random', ...extractors]) {
  const { name, network, parameters } = await open(file);
  const encoder = encoderOf({ network, parameters });
  const successes: Record<string, number> = {};
  for (const pretext of tasks) {
    const { mean, low, high, chance, questions } = await structureProtocol(encoder, {
      pretext,
      train,
      test,
      repeats: Number(asked.repeats),
      steps: Number(asked.steps),
      seed: Number(asked.seed),
      onProgress: ({ success }) => process.stderr.write(`${percent(success)} `),
    });
    process.stderr.write('\n');
    successes[pretext.kind] = Number(mean.toFixed(4));
    const cells = [
      name,
      pretext.kind,
      `${percent(mean)} (${percent(low)} to ${percent(high)})`,
      (mean / (results['random extractor']?.[pretext.kind] ?? mean)).toFixed(1),
      `1/${Math.round(1 / chance)}`,
      `${asked.repeats} x ${questions}`,
    ];
    print(`| ${cells.join(' | ')} |`);
  }
  results[file === 'random' ? 'random extractor' : 'Set14 and BSD100-dev'] = successes;
  parameters.dispose();
}
if (asked.json) console.log(JSON.stringify(results));

async function open(file: string | URL) {
  if (file === 'random') {
    const network = nse();
    return { name: 'random', network, parameters: Parameters.create(network.parameters, { seed: Number(asked.seed) }) };
  }
  const weights = await readWeightFile(file);
  const card = readCard(weights);
  const network = nse((card?.network.config ?? {}) as NseConfig);
  return {
    name: card?.name ?? String(file),
    network,
    parameters: Parameters.fromWeights(network.parameters, weights.tensors),
  };
}

async function readPictures(folders: readonly string[], ending = ''): Promise<Picture[]> {
  const paths = (await Promise.all(folders.map(folder => findPictures(join(assets, folder))))).flat();
  return Promise.all(paths.filter(path => path.endsWith(ending)).map(path => readPicture(path)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
