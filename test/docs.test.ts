// What the documentation shows compiles and runs.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectExamples } from './docs/collect-examples.js';
import { completeExamples, entryPoints, type Program } from './docs/complete-examples.js';
import { packages, root, run, temporaryFolder } from './support.js';

// Inside the repository, so that imports find the packages; ignored by git.
const folder = join(root, `out/docs-${process.pid}`);
const workplace = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  workplace[Symbol.dispose]();
});

/** Examples that are compiled only: what their place or code matches, and why. */
const compiledOnly: [pattern: RegExp, reason: string][] = [
  [/\/browser\/|sr-data\/browser|defineSrImage\(|x4Small/, 'needs a page'],
  [
    /vitest|\btest(Loss|Metric|Network|NoReferenceMetric)\(|checkGradients|expectNoLeaks/,
    'declares tests, as the tests of this repository do',
  ],
  [
    /load(AlexNet|SqueezeNet|Vgg16|Vgg19|Classifier)\(|findAsset\(|gram(Distance|Report)\(|featureDistance\(|optimizeStyle\(|invertFeatures\(|synthesizeTexture\(|transferTexture\(/,
    'needs the weights of a published network',
  ],
  [/load(Lpips|LpipsLinear|Dists|Niqe|Brisque)\(|allmodel|modelparameters/, 'needs what was published with a metric'],
  [/openTwoAfc|openJnd|scoreBapps|readNpy\(|(read|write)Opinion(Files|Pages)/, 'needs the files of a study'],
  [/openDataset\(/, 'needs a data set'],
  [/\.pth'|readPth\(/, 'needs a file of PyTorch'],
  [/install-native|fetch-known-weights|find-weights/, 'downloads'],
  [/new Worker\(|serveWorker\(/, 'needs a worker program of its own'],
  [/recipes\.compact\(\{ scale: 4 \}\)|steps: 1000/, 'trains for long; examples/train.mjs runs'],
];

describe('documentation', () => {
  let found: { programs: Program[]; problems: string[] };
  beforeAll(() => {
    const fixtures = join(root, 'test/docs/fixtures.ts');
    found = completeExamples(collectExamples(root), { root, folder, fixtures, modules: entryPoints(root, packages) });
  });

  it('has examples that compile', () => {
    expect(found.programs.length).toBeGreaterThan(90);
    expect(found.problems).toEqual([]);
  });

  it('has examples that run', async () => {
    await furnish(workplace.path);
    const programs = found.programs.filter(({ place, code }) =>
      compiledOnly.every(([pattern]) => !pattern.test(place) && !pattern.test(code)),
    );
    const files = programs.map(({ file }) => file);
    const loader = import.meta.resolve('tsx');
    const runner = join(root, 'test/docs/run-examples.ts');
    const output = run('node', ['--import', loader, runner, ...files], workplace.path);
    const lines: { file: string; error?: string }[] = output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const placeOf = new Map(programs.map(({ file, place }) => [file, place]));
    expect(lines.flatMap(({ file, error }) => (error === undefined ? [] : `${placeOf.get(file)}: ${error}`))).toEqual(
      [],
    );
    expect(lines.map(({ file }) => file)).toEqual(files);
  });
});

/** The files that examples speak of. */
async function furnish(path: string): Promise<void> {
  const photo = sharp(join(root, 'examples/photos/lake.png'));
  const small = await photo.clone().resize(60, 40).png().toBuffer();
  for (const name of ['photos', 'results', 'references', 'Set5']) mkdirSync(join(path, name));
  for (let left = 0; left <= 160; left += 16) {
    await photo
      .clone()
      .extract({ left, top: 0, width: 200, height: 200 })
      .toFile(join(path, `photos/${left}.png`));
  }
  for (const name of [
    'holiday.jpg',
    'scan.tif',
    'photo.jpg',
    'huge.jpg',
    'results/one.png',
    'references/one.png',
    'result.png',
    'reference.png',
    'Set5/one_HR.png',
  ]) {
    await sharp(small).toFile(join(path, name));
  }
  mkdirSync(join(path, 'runs/mine'), { recursive: true });
  for (const name of ['runs/mine/best.safetensors', 'x4-small.safetensors']) {
    copyFileSync(join(root, 'packages/sr-weights/weights/x4-small.safetensors'), join(path, name));
  }
  await sharp(small).resize(15, 10).toFile(join(path, 'Set5/one_LR.png'));
}
