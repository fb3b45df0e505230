/**
 * Paints the sample pictures in all shipped styles, as the sheet docs/images/styles.jpg, and writes the table of docs/styles.md from
 * their cards: npm run docs:styles.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cropPicture, resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { loadStyle, type StyleModule, stylize } from 'style-transfer';
import { type GridRow, writePictureGrid } from './figures/picture-grid.js';

/** Side of the pictures on the sheet; they are painted at twice that. */
const side = 192;
const samples = ['examples/photos/lake.png', 'docs/styles/city.jpg', 'docs/styles/flowers.jpg'];

await selectBackend();
const fitted = (picture: Picture, size: number): Picture =>
  resizePicture(picture, { width: size, height: size }, { preset: 'pil', quantize: true });
const pictures = await Promise.all(
  samples.map(async path => {
    const picture = await readPicture(path);
    const middle = Math.min(picture.width, picture.height);
    const left = (picture.width - middle) >> 1;
    return fitted(cropPicture(picture, { left, top: 0, width: middle, height: middle }), 2 * side);
  }),
);
const rows: GridRow[] = [
  { name: '', cells: [undefined, ...pictures.map(picture => ({ picture: fitted(picture, side) }))] },
];
const { exports } = JSON.parse(readFileSync('packages/sr-weights/package.json', 'utf8')) as { exports: object };
const names = Object.keys(exports).flatMap(path => /^\.\/(style-.+)$/.exec(path)?.[1] ?? []);
const table = [
  '| style | weights | content | objective | of the photo itself | L-BFGS as low after |',
  '|---|---|---|---|---|---|',
];
for (const name of names) {
  const { default: module } = (await import(`sr-weights/${name}`)) as { default: StyleModule };
  const style = await loadStyle(module);
  const cells = [{ picture: fitted(await readPicture(`docs/styles/${module.card.training!.style}`), side) }];
  for (const picture of pictures) cells.push({ picture: fitted(await stylize(picture, style), side) });
  const short = name.replace(/^style-/, '');
  const [network, photo, iterations] = Object.values(Object.values(module.card.results)[0]!);
  const { parameters, training } = module.card;
  const { weight } = JSON.parse(training!.losses as string).content as { weight: number };
  const count = parameters.toLocaleString('en');
  table.push(
    `| \`${short}\` | ${count} | ${weight} | ${network!.toFixed(0)} | ${photo!.toFixed(0)} | ${iterations} iterations |`,
  );
  rows.push({ name: short, cells });
  style.dispose();
}
await writePictureGrid('docs/images/styles.jpg', { columns: ['style', 'lake', 'city', 'flowers'], rows });
const page = 'docs/styles.md';
const text = readFileSync(page, 'utf8');
writeFileSync(page, text.replace(/\| style \|.*\n(\|.*\n)*/, `${table.join('\n')}\n`));
