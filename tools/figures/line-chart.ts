/** Line charts as SVG files, by Apache ECharts, which needs no browser for them. */
import * as echarts from 'echarts';

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
}

const [width, height] = [760, 460];

export function lineChart({ title, x, y, lines, levels = [], logarithmic = false }: LineChart): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const end = Math.max(...lines.flatMap(({ points }) => points.map(([at]) => at)));
  const begin = Math.min(...lines.flatMap(({ points }) => points.map(([at]) => at)));
  const line = (color: string) => ({ type: 'line' as const, showSymbol: false, color });
  const positive = (value: number): number => (logarithmic ? Math.max(value, Number.MIN_VALUE) : value);
  const bandOf = ({ points, spread = [] }: Line, side: 1 | -1): number[][] =>
    spread.map((half, i) => [points[i]![0], positive(points[i]![1] + side * half)]);
  const axis = { name: y, nameLocation: 'middle' as const, nameGap: 58 };
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center' },
    legend: { bottom: 0, itemGap: 40, data: [...lines, ...levels].map(({ name }) => name) },
    grid: { left: 80, right: 30, top: 50, bottom: 80 },
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
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Okabe and Ito's colours, which colour-blind people can tell apart. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

function colorOf(index: number): string {
  return colors[index % colors.length]!;
}
