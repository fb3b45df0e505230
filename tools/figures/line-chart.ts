/** Line charts as SVG files. */
import { colorOf, svgChart } from './svg-chart.js';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Half the width of the band around the line, one a point. */
  readonly spread?: readonly number[];
}

export interface LineChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** Levels that are drawn as dashed lines across. */
  readonly levels?: readonly { readonly name: string; readonly value: number }[];
  /** Whether y has logarithmic steps. Default false. */
  readonly logarithmic?: boolean;
  /** Whether y begins at 0, if none is below. Default true. */
  readonly fromZero?: boolean;
}

export function lineChart({
  title,
  x,
  y,
  lines,
  levels = [],
  logarithmic = false,
  fromZero = true,
}: LineChart): string {
  const end = Math.max(...lines.flatMap(({ points }) => points.map(([at]) => at)));
  const begin = Math.min(...lines.flatMap(({ points }) => points.map(([at]) => at)));
  const line = (color: string) => ({ type: 'line' as const, showSymbol: false, color });
  const positive = (value: number): number => (logarithmic ? Math.max(value, Number.MIN_VALUE) : value);
  const bandOf = ({ points, spread = [] }: Line, side: 1 | -1): number[][] =>
    spread.map((half, i) => [points[i]![0], positive(points[i]![1] + side * half)]);
  const axis = { name: y, nameLocation: 'middle' as const, nameGap: 58, scale: !fromZero };
  const names = [...lines, ...levels].map(({ name }) => name);
  return svgChart(title, {
    legend: { bottom: 0, itemGap: names.length > 5 ? 10 : 40, data: names },
    xAxis: { type: 'value', name: x, nameLocation: 'middle', nameGap: 28, min: begin, max: end },
    yAxis: logarithmic ? { type: 'log', ...axis } : { type: 'value', ...axis },
    series: [
      ...lines.map((each, i) => ({
        ...line(colorOf(i)),
        name: each.name,
        data: each.points.map(([at, value]) => [at, positive(value)]),
      })),
      ...lines.flatMap((each, i) =>
        ([-1, 1] as const).map(side => ({
          ...line(colorOf(i)),
          lineStyle: { width: 0.7, opacity: 0.6 },
          data: bandOf(each, side),
        })),
      ),
      ...levels.map(({ name, value }, i) => ({
        ...line(colorOf(lines.length + i)),
        name,
        lineStyle: { type: 'dashed' as const },
        data: [
          [begin, value],
          [end, value],
        ],
      })),
    ],
  });
}
