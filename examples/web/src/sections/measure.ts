/** Measure: how far a result is from its reference, by every metric, and where. */
import { compute } from '../engine/client.js';
import type { MeasureEvent } from '../engine/contract.js';
import { metricTexts } from '../engine/metric-list.js';
import { refusal, undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { segments, slider } from '../ui/controls.js';
import { h, icon } from '../ui/dom.js';
import { runJob, stopJob } from '../ui/job.js';
import { Notices } from '../ui/notice.js';
import { pictureInput } from '../ui/picture-input.js';
import type { Section } from './section.js';

type Side = 'result' | 'reference';

interface Chosen {
  readonly file: File;
  readonly width: number;
  readonly height: number;
}

export function measureSection(): Section {
  const notices = new Notices();
  const chosen: Partial<Record<Side, Chosen>> = {};
  const weights: { name: string; bytes: Uint8Array }[] = [];
  let channel: 'y' | 'rgb' = 'y';
  const slots = { result: h('div', { class: 'slot' }), reference: h('div', { class: 'slot' }) };
  const border = slider({
    label: 'Border left out',
    min: 0,
    max: 16,
    step: 1,
    value: 4,
    format: value => `${value} px`,
  });
  const start = h('button', { type: 'button', class: 'primary', onclick: () => void run(false) }, 'Measure');
  const stop = h('button', { type: 'button', hidden: true, onclick: stopJob }, icon('stop'), 'Stop');
  const cells = new Map<string, HTMLTableCellElement>();
  const maps = h('div', { class: 'maps' });
  const given = h('ul', { class: 'hint' });

  const chooser = h('input', {
    type: 'file',
    multiple: true,
    class: 'visually-hidden',
    tabindex: -1,
    'aria-label': 'Weight files',
  });
  chooser.addEventListener('change', async () => {
    for (const file of chooser.files ?? []) {
      weights.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    }
    chooser.value = '';
    update();
  });

  const table = h(
    'table',
    { class: 'metrics' },
    h('caption', { class: 'visually-hidden' }, 'Metrics of the two pictures'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ...['Metric', 'Value', 'What it means'].map((text, i) =>
          h('th', { scope: 'col', class: i === 1 ? 'value' : i === 2 ? 'meaning' : undefined }, text),
        ),
      ),
    ),
    h(
      'tbody',
      {},
      ...metricTexts.map(({ id, title, better, meaning, needs }) => {
        const cell = h('td', { class: 'value' }, '–');
        cells.set(id, cell);
        const arrows = { higher: '↑', lower: '↓', neither: '' };
        const words = { higher: 'higher is better', lower: 'lower is better', neither: '' };
        const arrow = h(
          'span',
          { class: 'arrow', title: words[better], 'aria-label': words[better] || undefined },
          ` ${arrows[better]}`,
        );
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, title, arrow),
          cell,
          h('td', { class: 'meaning' }, meaning, needs === undefined ? '' : ` Needs ${needs}.`),
        );
      }),
    ),
  );
  const element = h(
    'section',
    { class: 'section', 'aria-label': 'Measure' },
    notices.element,
    h('h1', {}, 'How close are two pictures?'),
    h(
      'div',
      { class: 'pair-inputs' },
      slots.result,
      h(
        'button',
        { type: 'button', class: 'plain', 'aria-label': 'Swap the two', title: 'Swap', onclick: swap },
        icon('swap'),
      ),
      slots.reference,
    ),
    h(
      'div',
      { class: 'studio' },
      h('div', { class: 'stage' }, h('div', { class: 'sheet scroll' }, table), maps),
      h(
        'aside',
        { class: 'panel', 'aria-label': 'Settings' },
        segments({
          legend: 'PSNR, SSIM and VIF look at',
          name: 'channel',
          choices: [
            { value: 'y', label: 'Brightness' },
            { value: 'rgb', label: 'All colours' },
          ],
          value: channel,
          onChange: value => {
            channel = value;
          },
        }),
        border.element,
        h('div', { class: 'row' }, start, stop),
        h('h2', {}, 'Perceptual metrics'),
        h(
          'p',
          { class: 'hint' },
          'LPIPS, the Gram distance, NIQE and BRISQUE need weight files of their publishers, which do not come along. Give them here; they stay in this tab.',
        ),
        h('button', { type: 'button', onclick: () => chooser.click() }, icon('folder'), 'Add weight files'),
        chooser,
        given,
      ),
    ),
  );

  function swap(): void {
    const { result, reference } = chosen;
    for (const [side, value] of [
      ['result', reference],
      ['reference', result],
    ] as const) {
      if (value === undefined) delete chosen[side];
      else chosen[side] = value;
    }
    update();
  }

  async function take(side: Side, files: readonly File[]): Promise<void> {
    const [file] = files;
    if (file === undefined) return;
    const report = await inspectFile(file);
    const why = refusal(report, file.name);
    if (why !== undefined) return notices.show(why, { kind: 'error' });
    try {
      const bitmap = await createImageBitmap(file);
      chosen[side] = { file, width: bitmap.width, height: bitmap.height };
      bitmap.close();
      update();
    } catch {
      notices.show(undecodable(report, file.name), { kind: 'error' });
    }
  }

  function run(resize: boolean): Promise<void> {
    const { result, reference } = chosen;
    if (result === undefined || reference === undefined) return Promise.resolve();
    notices.clear();
    if (!resize && (result.width !== reference.width || result.height !== reference.height)) {
      notices.show(
        `The result has ${result.width} × ${result.height} pixels, the reference ${reference.width} × ${reference.height}; they have to be of one size.`,
        { kind: 'warning', actions: [{ label: 'Resize the result (bicubic) and measure', run: () => void run(true) }] },
      );
      return Promise.resolve();
    }
    return runJob('The measurement', notices, async ({ signal }) => {
      start.hidden = true;
      stop.hidden = false;
      for (const cell of cells.values()) cell.textContent = '…';
      maps.replaceChildren();
      try {
        await compute(
          'measure',
          { result: result.file, reference: reference.file, channel, cropBorder: border.value, resize, weights },
          { signal, onProgress: event => showEvent(event as MeasureEvent) },
        );
      } finally {
        start.hidden = false;
        stop.hidden = true;
        for (const cell of cells.values()) if (cell.textContent === '…') cell.textContent = '–';
      }
    });
  }

  function showEvent(event: MeasureEvent): void {
    if (event.kind === 'map') {
      const { width, height } = event.image;
      const canvas = h('canvas', { width, height, role: 'img', 'aria-label': mapTexts[event.id] ?? event.id });
      canvas.getContext('2d')!.putImageData(event.image, 0, 0);
      maps.append(h('figure', {}, canvas, h('figcaption', {}, mapTexts[event.id] ?? event.id)));
      return;
    }
    const cell = cells.get(event.id)!;
    if (event.kind === 'failed') {
      cell.textContent = 'not here';
      cell.title = event.why;
      return;
    }
    const { digits, unit } = metricTexts.find(({ id }) => id === event.id)!;
    const text = Number.isFinite(event.value) ? event.value.toFixed(digits) : '∞ (equal)';
    cell.textContent = unit === undefined ? text : `${text} ${unit}`;
    cell.title = '';
  }

  function update(): void {
    for (const side of ['result', 'reference'] as const) {
      const name = side === 'result' ? 'The result' : 'The reference';
      const picture = chosen[side];
      const hint = side === 'result' ? 'What is to be judged' : 'What it should look like';
      const input = pictureInput({
        title: name,
        hint,
        quiet: picture !== undefined,
        onFiles: files => void take(side, files),
      });
      slots[side].replaceChildren(...(picture === undefined ? [input] : [shown(name, picture), input]));
    }
    start.disabled = chosen.result === undefined || chosen.reference === undefined;
    given.replaceChildren(...weights.map(({ name }) => h('li', {}, name)));
  }

  /** Two files at once are a result and its reference; one fills what is empty. */
  function takeAny(files: readonly File[]): void {
    const [first, second] = files;
    if (first !== undefined && second !== undefined) {
      void take('result', [first]);
      void take('reference', [second]);
    } else void take(chosen.result === undefined ? 'result' : 'reference', files);
  }

  update();
  return { title: 'Measure', element, take: takeAny };
}

const mapTexts: Readonly<Record<string, string>> = {
  difference: 'Where values differ: dark is equal, light differs most',
  ssim: 'SSIM: dark is alike, light is unlike in structure',
  lpips: 'LPIPS: light is where people would see the difference',
  gram: 'Gram distance: light is where textures differ',
};

function shown(name: string, { file, width, height }: Chosen): HTMLElement {
  const canvas = h('canvas', { role: 'img', 'aria-label': name });
  void createImageBitmap(file).then(bitmap => {
    const scale = Math.min(1, 640 / Math.max(width, height));
    Object.assign(canvas, { width: Math.max(1, width * scale), height: Math.max(1, height * scale) });
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
  });
  return h('figure', {}, canvas, h('figcaption', {}, `${name}: ${file.name}, ${width} × ${height}`));
}
