/** Results of metrics as one HTML file that needs nothing else. */
import type { EvaluationRow } from '../evaluate.js';
import { escapeHtml, scriptValue } from '../html-text.js';
import type { MetricInfo } from '../metric.js';
import { meanInterval } from '../opinion/mean-interval.js';
import { chartLibrary } from './chart-library.js';
import { reportScript } from './report-script.js';
import { reportStyle } from './report-style.js';

export interface MetricsReportContent {
  readonly title: string;
  /** Lines below the title: what was compared, with what. */
  readonly about?: readonly string[];
  /** In the order of the columns. */
  readonly metrics: readonly Pick<MetricInfo, 'name' | 'direction' | 'range'>[];
  /** As `evaluate` gives them. */
  readonly rows: readonly EvaluationRow[];
  /** Of metrics that have one value for all pictures. */
  readonly sets?: Readonly<Record<string, number>>;
}

/**
 * A report: the means with 95 % intervals and bars, the pictures' values as bars (the best first), one metric against
 * another, and all values in a table that can be sorted.
 *
 * @returns HTML that opens from a disk and loads nothing, by day and by night; charts by uPlot
 * @example
 * import { psnr, ssim } from 'sr-metrics';
 * import { renderMetricsReport } from 'sr-metrics/node';
 *
 * const rows = [{ name: 'baby.png', values: { psnr: 31.77, ssim: 0.857 } }];
 * const html = await renderMetricsReport({ title: 'Set5', metrics: [psnr, ssim], rows });
 */
export async function renderMetricsReport(content: MetricsReportContent): Promise<string> {
  const { title, about = [], metrics, rows, sets = {} } = content;
  const { script, style } = await chartLibrary();
  const data = {
    metrics: metrics.map(({ name, direction }) => ({ name, direction })),
    pictures: rows.map(({ name, values }) => ({ name, values: metrics.map(metric => values[metric.name]) })),
  };
  const options = (chosen: number): string =>
    metrics
      .map(({ name }, i) => `<option value="${i}"${i === chosen ? ' selected' : ''}>${escapeHtml(name)}</option>`)
      .join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}${reportStyle}</style>
<h1>${escapeHtml(title)}</h1>
${about.map(line => `<p>${escapeHtml(line)}</p>`).join('\n')}
<h2>Means of ${rows.length} ${rows.length === 1 ? 'picture' : 'pictures'}</h2>
<div class="scroll"><table id="means">
<thead><tr><th>metric</th><th>better</th><th>mean</th><th>95 % interval</th><th>least</th><th>most</th><th></th></tr></thead>
<tbody>${metrics.map(metric => meanRow(metric, rows)).join('\n')}${Object.entries(sets).map(setRow).join('\n')}</tbody>
</table></div>
<p>Bars: the mean on a scale from 0 to the end of the metric’s range, or to the largest value.</p>
<h2>Picture by picture</h2>
<div id="charts"></div>
${
  metrics.length > 1
    ? `<h2>One metric against another</h2>
<p><select id="x" aria-label="horizontal">${options(0)}</select> and <select id="y" aria-label="vertical">${options(1)}</select></p>
<div id="scatter"></div>`
    : ''
}
<h2>All values</h2>
<div class="scroll"><table id="values">
<thead><tr>${['picture', ...metrics.map(({ name }) => name)].map(name => `<th><button type="button">${escapeHtml(name)}</button></th>`).join('')}</tr></thead>
<tbody>${rows.map(row => valueRow(row, metrics)).join('\n')}</tbody>
</table></div>
<script>${script}</script>
<script>const report = ${scriptValue(data)};
${reportScript}</script>
</html>
`;
}

type Column = MetricsReportContent['metrics'][number];

/** The bar goes from 0 to the mean, on a scale to the end of the metric's range or to the largest value. */
function meanRow({ name, direction, range }: Column, rows: readonly EvaluationRow[]): string {
  const values = rows.map(row => row.values[name]!);
  const { mean, low, high } = meanInterval(values);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const end = Number.isFinite(range[1]) ? range[1] : Math.max(most, 0);
  const share = end > 0 && Number.isFinite(mean) ? Math.min(Math.max(mean / end, 0), 1) : mean > 0 ? 1 : 0;
  const interval = Number.isFinite(low) ? `${text(low)} to ${text(high)}` : '';
  const bar = `<td class="bar" title="${text(mean)}"><div style="width:${(100 * share).toFixed(1)}%"></div></td>`;
  return `<tr><td>${escapeHtml(name)}</td><td>${direction}</td><td>${text(mean)}</td><td>${interval}</td><td>${text(least)}</td><td>${text(most)}</td>${bar}</tr>`;
}

function setRow([name, value]: [string, number]): string {
  return `<tr><td>${escapeHtml(name)}</td><td>lower</td><td>${text(value)}</td><td colspan="4"></td></tr>`;
}

function valueRow({ name, values }: EvaluationRow, metrics: readonly Column[]): string {
  const cells = metrics.map(metric => `<td data-value="${values[metric.name]}">${text(values[metric.name]!)}</td>`);
  return `<tr><td>${escapeHtml(name)}</td>${cells.join('')}</tr>`;
}

function text(value: number): string {
  if (!Number.isFinite(value)) return value === Number.POSITIVE_INFINITY ? '∞' : String(value);
  const rounded = Number(value.toPrecision(5));
  const size = Math.abs(rounded);
  return size >= 1e6 || (size > 0 && size < 1e-3) ? rounded.toExponential() : String(rounded);
}
