import { readPicture } from 'sr-data/node';
import { type Picture, Random } from 'sr-tensor';
import { expect, test } from 'vitest';
import { describePages } from '../../../../test/html-pages.js';
import { recipes } from '../recipes/index.js';
import type { JournalEntry } from './journal.js';
import { renderReport, reportSamples } from './report.js';

const picture = (width: number, height: number, seed: number): Picture => {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
};

const entries: JournalEntry[] = Array.from({ length: 5000 }, (_, i) => ({
  type: 'train',
  iteration: 20 * (i + 1),
  losses: { pixel: 1 / (i + 1), 'a <b> & "c"': 0.5 },
  learningRate: 1e-3,
  seconds: i,
  waiting: 0.01,
}));
entries.push({
  type: 'validation',
  iteration: 100_000,
  scores: { psnr: 31.234 },
  pictures: { a: { psnr: 31.234 } },
  isBest: true,
  seconds: 5000,
});

async function report(): Promise<string> {
  const [input, target, result] = [picture(60, 50, 1), picture(240, 200, 2), picture(240, 200, 3)];
  const scores = { scores: { psnr: 31.234 }, pictures: [{ name: 'a', scores: { psnr: 31.234 }, result }] };
  const samples = await reportSamples([{ name: 'a', input, target }], scores, 4);
  const recipe = { ...recipes.compact(), name: '</script><script>compact' };
  return renderReport({ recipe, entries, samples, machine: { hardware: 'Some <CPU>' } });
}

test('holds everything that it shows', async () => {
  const html = await report();
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/<(link|iframe)|\bsrc="(?!data:)|url\(|@import/);
  expect(html).toContain('psnr 31.234 after step 100,000');
  expect(html).toContain('Some &#60;CPU&#62;');
  expect(html).not.toContain('<script>compact');
});

test('shows the centre of the pictures unchanged', async () => {
  const [input, target, result] = [picture(60, 50, 1), picture(240, 200, 2), picture(240, 200, 3)];
  const scores = { scores: { psnr: 1 }, pictures: [{ name: 'a', scores: { psnr: 1 }, result }] };
  const [sample] = await reportSamples([{ name: 'a', input, target }], scores, 4);
  const shown = await readPicture(Buffer.from(sample!.images.reference!.split(',')[1]!, 'base64'));
  expect([shown.width, shown.height]).toEqual([192, 192]);
  // 240 x 200 to 192 x 192: 24 columns and 4 rows are left out at the start.
  expect([...shown.data.subarray(0, 3)]).toEqual([
    ...target!.data.subarray((4 * 240 + 24) * 3, (4 * 240 + 24) * 3 + 3),
  ]);
});

describePages('the report in a browser', { protocols: ['file', 'data'] }, open => {
  test('draws its curves, from a file, without a network', async () => {
    const { page, faults } = await open(await report());
    const found = await page.evaluate(`({
      charts: [...document.querySelectorAll('.u-title')].map(title => title.textContent),
      legend: [...document.querySelectorAll('.u-legend .u-label')].map(label => label.textContent),
      pictures: [...document.images].map(image => [image.alt, image.naturalWidth]),
      // Some point of each curve has been painted.
      painted: [...document.querySelectorAll('canvas')].map(canvas =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0)),
    })`);
    expect(found).toEqual({
      charts: ['Loss, by term', 'Validation: psnr', 'Learning rate'],
      legend: ['step', 'pixel', 'a <b> & "c"', 'step', 'psnr', 'step', 'learning rate'],
      pictures: [
        ['bicubic', 192],
        ['network', 192],
        ['reference', 192],
      ],
      painted: [true, true, true],
    });
    expect(faults).toEqual([]);
  });
});
