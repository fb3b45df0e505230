/** Named points as SVG files. */
import { colorOf, svgChart } from './svg-chart.js';

export interface ScatterChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number; readonly ours: boolean }[];
  /** Whether x has logarithmic steps. Default false. */
  readonly logarithmic?: boolean;
}

export function scatterChart({ title, x, y, points, logarithmic = false }: ScatterChart): string {
  const across = (value: number): number => (logarithmic ? Math.log(value) : value);
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  const [width, height] = [range(points.map(point => across(point.x))), range(points.map(point => point.y))];
  /** Whether another point lies where its name would stand. */
  const isCrowded = (point: { readonly x: number; readonly y: number }): boolean =>
    points.some(other => {
      const [right, above] = [(across(other.x) - across(point.x)) / width, Math.abs(other.y - point.y) / height];
      return other !== point && right >= 0 && right < 0.25 && above < 0.05;
    });
  const axis = { name: x, nameLocation: 'middle' as const, nameGap: 28, scale: true };
  return svgChart(title, {
    legend: { bottom: 0 },
    // For the names of the points.
    grid: { right: 110 },
    xAxis: logarithmic ? { type: 'log', ...axis } : { type: 'value', ...axis },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 50, scale: true },
    series: [true, false].map(ours => ({
      type: 'scatter' as const,
      name: ours ? 'this project' : 'others',
      symbol: ours ? 'circle' : 'diamond',
      symbolSize: 11,
      color: colorOf(ours ? 0 : 1),
      label: { show: true, position: 'right' as const, formatter: '{b}' },
      data: points
        .filter(point => point.ours === ours)
        .map(point => ({
          name: point.name,
          value: [point.x, point.y],
          ...(isCrowded(point) && { label: { position: ours ? ('left' as const) : ('bottom' as const) } }),
        })),
    })),
  });
}
