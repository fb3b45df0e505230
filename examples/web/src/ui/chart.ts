/** Curves that grow while something runs. */
import type uPlot from 'uplot';
import { h } from './dom.js';

export interface Series {
  readonly label: string;
  /** A custom property of the style sheet. */
  readonly color: string;
  /** Which of the two axes; default the left one. */
  readonly scale?: 'y' | 'right';
}

export class Chart {
  readonly element: HTMLElement;
  readonly #series: readonly Series[];
  readonly #data: (number | null)[][];
  readonly #isLogarithmic: boolean;
  #plot: uPlot | undefined;

  /** @param text what it shows, for those who do not see it */
  constructor(text: string, series: readonly Series[], { logarithmic = false }: { logarithmic?: boolean } = {}) {
    this.element = h('div', { class: 'chart', role: 'img', 'aria-label': text });
    this.#series = series;
    this.#data = Array.from({ length: series.length + 1 }, () => []);
    this.#isLogarithmic = logarithmic;
    void this.#load();
  }

  /** @param values one of each series; undefined: none at this place */
  add(x: number, values: readonly (number | undefined)[]): void {
    this.#data[0]!.push(x);
    values.forEach((value, i) => {
      this.#data[i + 1]!.push(value ?? null);
    });
    this.#plot?.setData(this.#data as unknown as uPlot.AlignedData);
    const last = values.map((value, i) =>
      value === undefined ? '' : `${this.#series[i]!.label} ${value.toPrecision(4)}`,
    );
    this.element.setAttribute('aria-label', `At ${x}: ${last.filter(text => text !== '').join(', ')}`);
  }

  async #load(): Promise<void> {
    const [{ default: Plot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => resolvedColor(style.getPropertyValue(name));
    const left = this.#isLogarithmic
      ? {
          grid: { show: false },
          ticks: { show: false },
          values: (_: unknown, splits: number[]) => splits.map(powerOfTen),
        }
      : {};
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--line') }, ticks: { stroke: color('--line') } };
    this.#plot = new Plot(
      {
        width: Math.max(this.element.clientWidth, 240),
        height: 200,
        legend: { live: false },
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false }, y: this.#isLogarithmic ? { distr: 3 } : {} },
        axes: [
          axis,
          { ...axis, size: 62, ...left },
          ...(this.#series.some(({ scale }) => scale === 'right')
            ? [{ ...axis, side: 1 as const, scale: 'right', grid: { show: false } }]
            : []),
        ],
        series: [
          {},
          ...this.#series.map(({ label, color: name, scale = 'y' }) => ({
            label,
            scale,
            stroke: color(name),
            width: 2,
            spanGaps: true,
            points: { show: scale === 'right' },
          })),
        ],
      },
      this.#data as unknown as uPlot.AlignedData,
      this.element,
    );
    new ResizeObserver(() => {
      this.#plot?.setSize({ width: Math.max(this.element.clientWidth, 240), height: 200 });
    }).observe(this.element);
  }
}

/** Labels of a logarithmic axis: the powers of ten only. */
function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? value.toExponential(0) : '';
}

/** What `light-dark()` means now, which canvases do not know. */
function resolvedColor(value: string): string {
  const probe = h('span');
  probe.style.color = value;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
