/** Named points as SVG files. */
import { type Line, placeLabels } from './place-labels.js';
import { colorOf, svgChart } from './svg-chart.js';

export interface ScatterChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number; readonly ours: boolean }[];
  /** Whether x has logarithmic steps. Default false. */
  readonly logarithmic?: boolean;
}

/** As wide as pages are shown. */
const [width, height] = [830, 600];
const margins = { left: 80, right: 30, top: 50, bottom: 90 };
const fontSize = 12;
/** Of most letters, in fonts that are wide. */
const letterWidth = 0.6 * fontSize;

/** Names stand where they cover nothing, with a line to the point if that is not beside. */
export function scatterChart({ title, x, y, points, logarithmic = false }: ScatterChart): string {
  const axis = { name: x, nameLocation: 'middle' as const, nameGap: 28, scale: true };
  const options = {
    legend: { bottom: 8, itemWidth: 12, itemHeight: 12, itemGap: 30, data: ['this project', 'others'] },
    grid: margins,
    xAxis: logarithmic ? { type: 'log', ...axis } : { type: 'value', ...axis },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 50, scale: true },
    series: [true, false].map(ours => ({
      type: 'scatter' as const,
      name: ours ? 'this project' : 'others',
      symbol: ours ? 'circle' : 'diamond',
      symbolSize: ours ? 9 : 11,
      color: colorOf(ours ? 0 : 1),
      itemStyle: { opacity: 1, borderColor: '#fff', borderWidth: 1 },
      data: points.filter(point => point.ours === ours).map(point => [point.x, point.y]),
    })),
  };
  return svgChart(title, options, {
    width,
    height,
    added: pixelsOf => {
      const { left, right, top, bottom } = margins;
      const places = placeLabels(
        points.map(point => ({
          point: pixelsOf([point.x, point.y]),
          width: point.name.length * letterWidth,
          height: fontSize + 3,
        })),
        { left: left + 4, right: width - right, top: top + 4, bottom: height - bottom - 1 },
      );
      // Below the points, which are at 2.
      const below = { z: 1, silent: true };
      return {
        graphic: places.flatMap(({ at, align, line }, i) => [
          ...(line === undefined ? [] : [{ type: 'line', shape: shapeOf(line), style: { stroke: '#777' }, ...below }]),
          {
            type: 'text',
            x: at[0],
            y: at[1],
            style: { text: points[i]!.name, fontSize, fill: '#333', align, verticalAlign: 'middle' },
            ...below,
          },
        ]),
      };
    },
  });
}

function shapeOf([[x1, y1], [x2, y2]]: Line): { x1: number; y1: number; x2: number; y2: number } {
  return { x1, y1, x2, y2 };
}
