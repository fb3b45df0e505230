/** Named points as SVG files, by Apache ECharts. */
import * as echarts from 'echarts';

export interface ScatterChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number; readonly ours: boolean }[];
  /** Whether x has logarithmic steps. Default false. */
  readonly logarithmic?: boolean;
}

const [width, height] = [760, 460];

export function scatterChart({ title, x, y, points, logarithmic = false }: ScatterChart): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const axis = { name: x, nameLocation: 'middle' as const, nameGap: 28, scale: true };
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 80, right: 110, top: 50, bottom: 80 },
    xAxis: logarithmic ? { type: 'log', ...axis } : { type: 'value', ...axis },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 50, scale: true },
    series: [true, false].map(ours => ({
      type: 'scatter' as const,
      name: ours ? 'this project' : 'others',
      symbol: ours ? 'circle' : 'diamond',
      symbolSize: 11,
      color: ours ? '#0072b2' : '#d55e00',
      label: { show: true, position: 'right' as const, formatter: '{b}' },
      data: points.filter(point => point.ours === ours).map(point => ({ name: point.name, value: [point.x, point.y] })),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
