/** Charts as SVG files, by Apache ECharts, which needs no browser for them. */
import * as echarts from 'echarts';

/** Okabe and Ito's colours, which colour-blind people can tell apart. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function colorOf(index: number): string {
  return colors[index % colors.length]!;
}

export interface SvgChartOptions {
  /** Default 760. */
  readonly width?: number;
  /** Default 460. */
  readonly height?: number;
  /** What is added once it is known where values lie: gets the pixels of a value, and returns options. */
  readonly added?: (
    pixelsOf: (value: readonly [x: number, y: number]) => [x: number, y: number],
  ) => echarts.EChartsCoreOption;
}

/** The chart with a title above and room for axes; `options` says the rest. */
export function svgChart(
  title: string,
  { grid, ...options }: echarts.EChartsCoreOption,
  { width = 760, height = 460, added }: SvgChartOptions = {},
): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center' },
    grid: { left: 80, right: 30, top: 50, bottom: 80, ...(grid as object) },
    ...options,
  });
  if (added !== undefined) {
    chart.setOption(added(([x, y]) => chart.convertToPixel({ gridIndex: 0 }, [x, y]) as [number, number]));
  }
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
