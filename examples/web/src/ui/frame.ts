/** What surrounds every section: name, ways between sections, what computes. */
import type { EngineState } from '../engine/client.js';
import { h, icon } from './dom.js';

const links = [
  { name: 'enlarge', text: 'Enlarge', symbol: 'enlarge' },
  { name: 'stylize', text: 'Stylise', symbol: 'stylize' },
  { name: 'measure', text: 'Measure', symbol: 'measure' },
  { name: 'fine-tune', text: 'Fine-tune', symbol: 'tune' },
] as const;

export interface Frame {
  readonly element: HTMLElement;
  readonly main: HTMLElement;
  readonly selected: string;
  select(name: string): void;
  showEngine(state: EngineState): void;
  /** The page is kept on this machine now. */
  showOffline(): void;
}

export function createFrame(): Frame {
  let selected = '';
  const main = h('main', { id: 'main', tabindex: -1 });
  const engine = h('span', { class: 'engine', id: 'engine' });
  const offline = h('span', { class: 'offline', hidden: true }, 'Works offline');
  const anchors = links.map(({ name, text, symbol }) =>
    h('a', { href: `#${name}` }, icon(symbol), h('span', {}, text)),
  );
  const element = h(
    'div',
    { class: 'frame' },
    h('a', { class: 'skip', href: '#main', onclick: skip }, 'Skip to the content'),
    h(
      'header',
      {},
      h(
        'a',
        { class: 'brand', href: '#enlarge', 'aria-label': 'sr, start' },
        h('img', { src: './icon.svg', alt: '', width: 30, height: 30 }),
        'sr',
      ),
      h('nav', { 'aria-label': 'Sections' }, ...anchors),
      themeButton(),
    ),
    main,
    h(
      'footer',
      {},
      h('span', { class: 'private' }, icon('lock'), 'Everything happens in this tab. Nothing is uploaded.'),
      engine,
      offline,
    ),
  );

  function skip(event: Event): void {
    event.preventDefault();
    main.focus();
  }

  return {
    element,
    main,
    get selected() {
      return selected;
    },
    select(name) {
      selected = name;
      links.forEach((link, i) => {
        if (link.name === name) anchors[i]!.setAttribute('aria-current', 'page');
        else anchors[i]!.removeAttribute('aria-current');
      });
    },
    showEngine({ info, isInPage }) {
      if (info !== undefined) {
        engine.textContent = `Computes on ${info.device}`;
        const why = info.reasons.filter(({ available }) => !available).map(({ reason }) => reason);
        engine.title = why.length > 0 ? `Not on anything faster: ${why.join(' ')}` : 'The fastest that there is.';
      }
      if (isInPage) {
        engine.textContent += ' · in the page itself, since workers are not allowed here: it answers late meanwhile';
      }
    },
    showOffline() {
      offline.hidden = false;
    },
  };
}

/** Follows the system until somebody decides. */
function themeButton(): HTMLElement {
  const key = 'sr-theme';
  const root = document.documentElement;
  const isDark = (): boolean =>
    root.dataset.theme === undefined
      ? matchMedia('(prefers-color-scheme: dark)').matches
      : root.dataset.theme === 'dark';
  const stored = read(key);
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'plain theme',
      'aria-label': 'Dark colours',
      title: 'Light or dark',
      'aria-pressed': String(isDark()),
      onclick: () => {
        root.dataset.theme = isDark() ? 'light' : 'dark';
        button.setAttribute('aria-pressed', String(isDark()));
        write(key, root.dataset.theme);
      },
    },
    icon('sun'),
  );
  return button;
}

/** Pages in private windows may have no storage. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It lasts as long as the page then.
  }
}
