import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { describePages } from '../../../../test/html-pages.js';
import { renderMetricsReport } from './render-metrics-report.js';

const hostile = `</script><script>document.title = 'broken'</script><img src=x onerror="alert('1')">&amp;`;
const metrics = [
  { name: 'psnr', direction: 'higher', range: [0, Number.POSITIVE_INFINITY] },
  { name: 'lpips-alex', direction: 'lower', range: [0, Number.POSITIVE_INFINITY] },
] as const;
const rows = [
  { name: 'a10.png', values: { psnr: 28.5, 'lpips-alex': 0.3 } },
  { name: 'a9.png', values: { psnr: 31.25, 'lpips-alex': 0.0005 } },
  { name: hostile, values: { psnr: Number.POSITIVE_INFINITY, 'lpips-alex': 0 } },
];
const content = { title: hostile, about: ['x against y'], metrics, rows, sets: { 'frechet-alex': 12.5 } };

test('a report holds everything that it shows, and names only as data', async () => {
  const html = await renderMetricsReport(content);
  expect(html).not.toMatch(/https?:\/\//);
  expect(html.match(/<script>/g)).toHaveLength(2);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html.match(/<img/g)).toBeNull();
  expect(html).toContain("default-src 'none'");
});

describePages('a report in a browser', {}, open => {
  test('draws, tells values below the pointer and sorts', async () => {
    const html = await renderMetricsReport(content);
    const { page, faults } = await open(html, { viewport: { width: 380, height: 700 }, colorScheme: 'dark' });
    expect(await page.title()).toBe(hostile);
    expect(await page.locator('canvas').count()).toBe(3);
    expect(await page.locator('#means tbody tr').count()).toBe(3);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(22, 24, 27)');
    // Nothing is wider than a telephone.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380);

    // Two of three have a PSNR that can be drawn; the best comes first.
    await page
      .locator('#charts .u-over')
      .first()
      .hover({ position: { x: 40, y: 40 } });
    expect(await page.locator('#charts .u-legend').first().textContent()).toMatch(/a9\.png[\s\S]*31\.25/);

    expect(await names(page)).toEqual(['a10.png', 'a9.png', hostile]);
    await page.getByRole('button', { name: 'lpips-alex' }).click();
    expect(await names(page)).toEqual([hostile, 'a9.png', 'a10.png']);
    await page.getByRole('button', { name: 'lpips-alex' }).click();
    expect((await names(page))[0]).toBe('a10.png');
    await page.locator('#x').selectOption('lpips-alex');
    expect(await page.locator('#scatter .u-legend').textContent()).toContain('lpips-alex');
    expect(faults).toEqual([]);
  });

  const names = (page: Page) => page.locator('#values tbody tr td:first-child').allTextContents();
});
