/** Elements in one expression, so that no framework is needed. */

type Child = Node | string | number | undefined | false;

type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | EventListener | ((event: never) => void)>
>;

/**
 * An element with attributes, listeners (`onclick`) and children.
 *
 * @example
 * h('button', { class: 'primary', type: 'button', onclick: start }, 'Enlarge');
 */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key.slice(2), value as EventListener);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter(isShown).map(child => (typeof child === 'number' ? String(child) : child)));
  return element;
}

/** One of the icons below. */
export function icon(name: keyof typeof icons): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}

/** Lines of 24 x 24. */
const icons = {
  enlarge: 'M9 3H3v6M15 21h6v-6M3 3l7 7M21 21l-7-7',
  stylize: 'M4 20c4 0 5-2 5-4a2.5 2.5 0 0 0-5 0c0 2-1 3-2 3 0 .6 1 1 2 1ZM10 15 20.5 4.5a1.4 1.4 0 0 0-2-2L8 13',
  measure: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  tune: 'M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4M16 4v4M8 10v4M14 16v4',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
  folder: 'M3 6h6l2 2h10v11H3z',
  download: 'M12 3v12M7 10l5 5 5-5M4 20h16',
  stop: 'M7 7h10v10H7z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19',
  close: 'M6 6l12 12M18 6 6 18',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
  swap: 'M7 4 3 8l4 4M3 8h14M17 12l4 4-4 4M21 16H7',
  brush: 'M4 20c3 0 4-1.5 4-3.5M9 14 20 3M6 14l4 4',
} as const;

function isShown(child: Child): child is Node | string | number {
  return child !== undefined && child !== false;
}

/** A count or size as people write it: 1,440. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** 512 bytes, 1.5 MB. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** 8 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 1) return 'less than a second';
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
