/**
 * What runs in a metrics report, after `const report = {...}` and uPlot. It stands on its own; the test drives it in a browser.
 */
export const reportScript = `'use strict';
const { metrics, pictures } = report;
const byId = id => document.getElementById(id);
const color = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name);
const digits = value => {
  if (value == null) return '';
  const rounded = Number(value.toPrecision(5));
  const size = Math.abs(rounded);
  return size >= 1e6 || (size > 0 && size < 1e-3) ? rounded.toExponential() : String(rounded);
};
const valueOf = (picture, k) => picture.values[k];
let charts = [];

function axis(more = {}) {
  return { stroke: color('faint'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line'), width: 1 }, ...more };
}

const valueAxis = more => axis({ size: 64, values: (_, ticks) => ticks.map(digits), ...more });

function drawAll() {
  for (const chart of charts) chart.destroy();
  byId('charts').replaceChildren();
  charts = metrics.map((metric, k) => drawBars(metric, k));
  if (metrics.length > 1) charts.push(drawScatter());
}

/** One metric, a bar a picture, the best first. */
function drawBars({ name, direction }, k) {
  const place = byId('charts').appendChild(document.createElement('div'));
  const sorted = pictures
    .filter(picture => typeof valueOf(picture, k) === 'number')
    .sort((a, b) => (direction === 'higher' ? -1 : 1) * (valueOf(a, k) - valueOf(b, k)));
  const values = sorted.map(picture => valueOf(picture, k));
  return new uPlot(
    {
      title: name + ' (' + direction + ' is better)',
      width: place.clientWidth,
      height: 220,
      scales: { x: { time: false, range: [-0.6, Math.max(sorted.length, 1) - 0.4] }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(0, high) * 1.05 || 1] } },
      axes: [axis({ show: false }), valueAxis()],
      series: [
        { label: 'picture', value: (_, i) => (i == null ? '' : sorted[i].name) },
        { label: name, fill: color('bar'), stroke: color('bar'), width: 0, paths: uPlot.paths.bars({ size: [0.8, 48] }), points: { show: false }, value: (_, value) => digits(value) },
      ],
    },
    [values.map((_, i) => i), values],
    place,
  );
}

/** Two metrics against each other, a point a picture. */
function drawScatter() {
  const [x, y] = [Number(byId('x').value), Number(byId('y').value)];
  const sorted = pictures
    .filter(picture => typeof valueOf(picture, x) === 'number' && typeof valueOf(picture, y) === 'number')
    .sort((a, b) => valueOf(a, x) - valueOf(b, x));
  const place = byId('scatter');
  const wide = (low, high) => { const margin = 0.05 * (high - low) || Math.abs(high) * 0.05 || 1; return [low - margin, high + margin]; };
  return new uPlot(
    {
      width: place.clientWidth,
      height: 360,
      scales: { x: { time: false, range: (_, low, high) => wide(low, high) }, y: { range: (_, low, high) => wide(low, high) } },
      axes: [valueAxis({ label: metrics[x].name, size: 36, labelSize: 24 }), valueAxis({ label: metrics[y].name, labelSize: 24 })],
      series: [
        { label: metrics[x].name, value: (_, value) => digits(value) },
        { label: metrics[y].name, stroke: color('accent'), paths: () => null, points: { show: true, size: 7, fill: color('accent') },
          value: (_, value, __, i) => (i == null ? '' : digits(value) + ', ' + sorted[i].name) },
      ],
    },
    [sorted.map(picture => valueOf(picture, x)), sorted.map(picture => valueOf(picture, y))],
    place,
  );
}

function sortTable(header) {
  const table = header.closest('table');
  const column = [...header.parentNode.children].indexOf(header);
  const sign = header.ariaSort === 'ascending' ? -1 : 1;
  for (const other of header.parentNode.children) other.ariaSort = null;
  header.ariaSort = sign > 0 ? 'ascending' : 'descending';
  const key = row => row.children[column].dataset.value ?? row.children[column].textContent;
  const rows = [...table.tBodies[0].rows].sort((a, b) => {
    const [p, q] = [key(a), key(b)];
    return sign * (column === 0 ? p.localeCompare(q, 'en', { numeric: true }) : Number(p) - Number(q));
  });
  table.tBodies[0].append(...rows);
}

for (const header of document.querySelectorAll('th button')) header.addEventListener('click', () => sortTable(header.parentNode));
for (const id of ['x', 'y']) byId(id)?.addEventListener('change', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
let width = innerWidth;
addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; drawAll(); } });
drawAll();
`;
