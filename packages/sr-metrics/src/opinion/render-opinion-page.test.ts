import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { encodePicture } from 'sr-data/node';
import { describe, expect, test } from 'vitest';
import { describePages } from '../../../../test/html-pages.js';
import { analyzeOpinions } from './analyze-opinions.js';
import { mergeOpinions } from './merge-opinions.js';
import { planOpinions } from './plan-opinions.js';
import { renderOpinionPage } from './render-opinion-page.js';
import type { OpinionPlan } from './types.js';

const hostile = `</script><script>document.title = 'broken'</script><img src=x onerror="alert('1')">&amp;`;

/** A picture of one colour, another for each pair of names. */
async function addresses(plan: OpinionPlan): Promise<(picture: string, version: string) => string> {
  const found = new Map<string, string>();
  for (const [i, picture] of plan.pictures.entries()) {
    for (const [k, version] of plan.versions.entries()) {
      const data = Uint8Array.from({ length: 64 * 48 * 3 }, (_, j) => [60 * k, 80 * i, 128][j % 3]!);
      const png = await encodePicture({ data, width: 64, height: 48, channels: 3 }, { format: 'png' });
      found.set(JSON.stringify([picture, version]), `data:image/png;base64,${Buffer.from(png).toString('base64')}`);
    }
  }
  return (picture, version) => found.get(JSON.stringify([picture, version]))!;
}

const ratingPlan = planOpinions({
  mode: 'rating',
  study: hostile,
  pictures: ['p', hostile, '__proto__'],
  versions: ['nearest', 'constructor', 'hr'],
  raters: 2,
  picturesPerRater: 2,
  calibration: { worst: 'nearest', best: 'hr', examples: 1 },
});
const rankingPlan = planOpinions({ mode: 'ranking', pictures: ['p', 'q'], versions: ['a', 'b', 'c'], raters: 1 });

describe('renderOpinionPage', () => {
  test('holds everything that it shows, and names only as data', async () => {
    const image = await addresses(ratingPlan);
    const html = renderOpinionPage(ratingPlan, { rater: ratingPlan.raters[0]!, image, title: hostile });
    expect(html).not.toMatch(/https?:\/\//);
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html.match(/<img/g)).toBeNull();
    expect(html).toContain("default-src 'none'");
  });

  test('holds each picture once', async () => {
    const image = await addresses(rankingPlan);
    const html = renderOpinionPage(rankingPlan, {
      rater: rankingPlan.raters[0]!,
      image,
      reference: picture => image(picture, 'a'),
    });
    expect(html.match(/data:image\/png/g)).toHaveLength(6);
  });

  test.each(['https://example.org/a.png', 'data:text/html;base64,AAAA', 'data:image/png;base64,AA"><script>', ''])(
    'refuses the address %j',
    address => {
      const [rater] = rankingPlan.raters;
      expect(() => renderOpinionPage(rankingPlan, { rater: rater!, image: () => address })).toThrow(
        expect.objectContaining({ code: 'opinion/image' }),
      );
    },
  );
});

describePages('an opinion page in a browser', { protocols: ['file', 'data', 'blob'] }, open => {
  const press = (page: Page, label: string) => page.getByRole('button', { name: label }).click();
  const text = (page: Page) => page.locator('main').textContent();
  const progress = (page: Page) => page.locator('#progress').textContent();

  async function saved(page: Page): Promise<unknown> {
    const waiting = page.waitForEvent('download');
    await page.locator('#save').click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(/^[\w.-]+\.json$/);
    return JSON.parse(await readFile(await download.path(), 'utf8'));
  }

  test('collects ratings, keeps them over a reload and saves them', async () => {
    const [rater] = ratingPlan.raters;
    const html = renderOpinionPage(ratingPlan, { rater: rater!, image: await addresses(ratingPlan), title: hostile });
    const { page, faults } = await open(html);
    expect(await page.title()).toBe(hostile);
    await press(page, 'Start');
    expect(await text(page)).toContain('deserves 1 (bad)');
    await press(page, 'Next');
    expect(await text(page)).toContain('deserves 5 (excellent)');
    await press(page, 'Next');
    // By key, by button, and once corrected.
    await page.keyboard.press('2');
    expect(await progress(page)).toBe('1 of 6');
    await press(page, '4 good');
    await press(page, 'Back');
    expect(await page.locator('button[aria-pressed=true]').textContent()).toBe('4 good');
    await press(page, '5 excellent');
    // One pixel of the picture is one of the screen.
    expect(await page.locator('img').evaluate(image => [image.clientWidth, image.clientHeight])).toEqual([64, 48]);

    await page.reload();
    expect(await progress(page)).toBe('2 of 6');
    const half = await saved(page);
    await press(page, 'Continue');
    for (const score of ['1', '2', '3', '4']) await page.keyboard.press(score);
    expect(await text(page)).toContain('That is all');
    const whole = await saved(page);
    expect(faults).toEqual([]);

    expect(half).toMatchObject({ format: 'sr-opinion', mode: 'rating', study: hostile, rater: '1' });
    const { answers } = mergeOpinions([whole, half]);
    expect(answers.map(({ picture, version }) => [picture, version])).toEqual(
      rater!.trials.map(({ picture, versions: [version] }) => [picture, version]),
    );
    expect(answers.map(({ value }) => value)).toEqual([2, 5, 1, 2, 3, 4]);
  });

  test('collects rankings beside the reference', async () => {
    const image = await addresses(rankingPlan);
    const [rater] = rankingPlan.raters;
    const html = renderOpinionPage(rankingPlan, {
      rater: rater!,
      image,
      reference: picture => image(picture, 'b'),
      title: 'Ranking',
    });
    const { page, faults } = await open(html);
    await press(page, 'Start');
    expect(await page.locator('img').count()).toBe(4);
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    // 2, 3, 1 from left to right; the first attempt takes its second choice back.
    await press(page, 'Picture 3');
    await press(page, 'Picture 2');
    await press(page, 'Picture 2: Rank 2');
    await page.locator('img').nth(1).click();
    await page.keyboard.press('2');
    await press(page, 'Next');
    for (const key of ['1', '2', '3']) await page.keyboard.press(key);
    expect(await progress(page)).toBe('2 of 2');
    await press(page, 'Next');
    const opinions = mergeOpinions([await saved(page)]);
    expect(faults).toEqual([]);
    const [first, second] = rater!.trials;
    expect(opinions.answers.map(({ picture, version, value }) => [picture, version, value])).toEqual([
      ...first!.versions.map((version, i) => [first!.picture, version, [2, 3, 1][i]]),
      ...second!.versions.map((version, i) => [second!.picture, version, i + 1]),
    ]);
    expect(analyzeOpinions(opinions).versions).toHaveLength(3);
  });

  test('works where the browser keeps nothing', async () => {
    const [rater] = ratingPlan.raters;
    const html = renderOpinionPage(ratingPlan, { rater: rater!, image: await addresses(ratingPlan) }).replace(
      '<script>',
      `<script>Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } });`,
    );
    const { page, faults } = await open(html);
    await press(page, 'Start');
    expect(await page.locator('#note').textContent()).toContain('does not keep');
    await press(page, 'Next');
    await press(page, 'Next');
    await page.keyboard.press('3');
    expect(mergeOpinions([await saved(page)]).answers).toHaveLength(1);
    expect(faults).toEqual([]);
  });
});
