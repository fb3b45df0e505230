/** Enlarge: pictures in, larger pictures out. */
import { compute, warm } from '../engine/client.js';
import type { Detail, EnlargeEvent, EnlargeResult } from '../engine/contract.js';
import { enlargeOnMachine, findMachine, type Machine } from '../engine/machine.js';
import { idOf } from '../engine/weights-source.js';
import { caveats, explain, refusal, undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { type Format, formats, inFormat, save, stem, zipOf } from '../files/save.js';
import { detour, type NetworkChoice, networksFor, scales } from '../networks.js';
import { CompareView } from '../ui/compare-view.js';
import { ProgressLine, segments, slider } from '../ui/controls.js';
import { duration, fileSize, h, icon, number } from '../ui/dom.js';
import { runJob, stopJob } from '../ui/job.js';
import { Notices } from '../ui/notice.js';
import { acceptDrops, pictureInput } from '../ui/picture-input.js';
import { over, Surface, stretched } from '../ui/surface.js';
import { thumbnail } from '../ui/thumbnail.js';
import type { Section } from './section.js';

interface Item {
  readonly file: File;
  /** At a size that is enough to look at. */
  readonly preview: ImageBitmap;
  readonly width: number;
  readonly height: number;
  readonly button: HTMLButtonElement;
  state: 'waiting' | 'running' | 'done' | 'failed';
  percent: number;
  /** What it was made with. */
  settings?: string;
  result?: EnlargeResult;
  /** Whether the picture to compare with is MATLAB's, or only what the browser makes. */
  hasBicubic?: boolean;
  surfaces?: { readonly before?: Surface | undefined; readonly after: Surface };
}

/** Results of more pixels are streamed into a file, and shown reduced. */
const largestInMemory = 64e6;
/** Pixels of the source that are kept for showing it. */
const largestPreview = 8e6;
/** Its longer side: what every GPU can draw. */
const longestPreview = 4096;

export function enlargeSection(): Section {
  const items: Item[] = [];
  let selected: Item | undefined;
  let scale: number = 4;
  let network: NetworkChoice = networksFor(scale)[0]!;
  let format: Format = 'png';
  let isBusy = false;
  /** Behind `sr ui`. */
  let machine: Machine | undefined;
  let isOnMachine = false;

  const notices = new Notices();
  const view = new CompareView();
  const progress = new ProgressLine();
  const summary = h('p', { class: 'summary', role: 'status' });
  const list = h('div', { class: 'items', role: 'list', 'aria-label': 'Pictures' });
  const networkList = h('div', { class: 'cards' });
  const detail = slider({
    label: 'Invented detail',
    min: 0,
    max: 100,
    step: 5,
    value: 0,
    format: value => (value === 0 ? 'none' : `${value} %`),
    onChange: () => update(),
  });
  const place = h('div', { hidden: true });
  const start = h('button', { type: 'button', class: 'primary wide', onclick: () => void run() });
  const stop = h('button', { type: 'button', class: 'wide', onclick: stopJob }, icon('stop'), 'Stop');
  const download = h(
    'button',
    { type: 'button', class: 'primary', onclick: () => void saveSelected() },
    icon('download'),
    'Download',
  );
  const downloadAll = h('button', { type: 'button', onclick: () => void saveAll() }, icon('download'), 'All as a ZIP');
  const formatSelect = h(
    'select',
    { 'aria-label': 'Format of downloads' },
    ...Object.entries(formats).map(([value, { label }]) => h('option', { value }, label)),
  );
  formatSelect.addEventListener('change', () => {
    format = formatSelect.value as Format;
  });
  const results = h('div', { class: 'results' }, formatSelect, download, downloadAll);

  const hero = h(
    'div',
    { class: 'hero' },
    h('h1', {}, 'Make small pictures large'),
    h(
      'p',
      { class: 'lead' },
      'A small neural network adds the sharpness that stretching leaves out. It runs on this machine.',
    ),
    pictureInput({
      title: 'Drop pictures here, or paste them',
      hint: 'PNG, JPEG, WebP, AVIF, GIF, BMP · one or many',
      multiple: true,
      camera: true,
      onFiles: files => void take(files),
    }),
    h('button', { type: 'button', class: 'link', onclick: () => void takeSample() }, 'Or try it with a sample'),
  );
  const studio = h(
    'div',
    { class: 'studio', hidden: true },
    h('div', { class: 'stage' }, view.element, list),
    h(
      'aside',
      { class: 'panel', 'aria-label': 'Settings' },
      segments({
        legend: 'Enlarge',
        name: 'scale',
        choices: scales.map(value => ({ value, label: `${value}×` })),
        value: scale,
        onChange: value => {
          scale = value;
          network = networksFor(scale)[0]!;
          update();
        },
      }),
      place,
      h('fieldset', { class: 'networks' }, h('legend', {}, 'Network'), networkList),
      detail.element,
      summary,
      start,
      stop,
      progress.element,
      results,
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', onclick: () => addMore.click() }, icon('folder'), 'Add pictures'),
        h('button', { type: 'button', class: 'plain', onclick: clear }, 'Start over'),
      ),
    ),
  );
  const addMore = h('input', {
    type: 'file',
    multiple: true,
    accept: 'image/*,.heic,.heif',
    class: 'visually-hidden',
    tabindex: -1,
    'aria-label': 'Add pictures',
  });
  addMore.addEventListener('change', () => {
    const files = [...(addMore.files ?? [])];
    addMore.value = '';
    void take(files);
  });
  const element = h('section', { class: 'section', 'aria-label': 'Enlarge' }, notices.element, hero, studio, addMore);
  acceptDrops(studio, files => void take(files));

  async function takeSample(): Promise<void> {
    const address = new URL('../../../photos/lake.png', import.meta.url);
    try {
      const response = await fetch(address);
      await take([new File([await response.blob()], 'lake.png', { type: 'image/png' })]);
    } catch (error) {
      notices.show(explain(error), { kind: 'error' });
    }
  }

  async function take(files: readonly File[]): Promise<void> {
    // Somebody is about to need it.
    if (!isOnMachine) void warm(network.source);
    for (const file of files) {
      const report = await inspectFile(file);
      const why = refusal(report, file.name);
      if (why !== undefined) {
        notices.show(why, { kind: 'error' });
        continue;
      }
      try {
        const item = await open(file, report);
        items.push(item);
        list.append(item.button);
        select(item);
        for (const caveat of caveats(report, file.name)) notices.show(caveat, { kind: 'warning' });
      } catch {
        notices.show(undecodable(report, file.name), { kind: 'error' });
      }
    }
    if (isBusy && files.length > 0) notices.show('A picture is being enlarged; what you added comes after it.');
    update();
  }

  async function open(file: File, report: { width?: number | undefined; height?: number | undefined }): Promise<Item> {
    const { width: w = 0, height: ht = 0 } = report;
    const factor = Math.min(Math.sqrt(largestPreview / (w * ht || 1)), longestPreview / (Math.max(w, ht) || 1));
    const reduced =
      factor < 1 ? { resizeWidth: Math.max(1, Math.round(w * factor)), resizeQuality: 'high' as const } : {};
    const preview = await createImageBitmap(file, { ...reduced, colorSpaceConversion: 'none' });
    // What the header says may be turned by EXIF.
    const isTurned = w > ht !== preview.width > preview.height && 'resizeWidth' in reduced;
    const [width, height] = 'resizeWidth' in reduced ? (isTurned ? [ht, w] : [w, ht]) : [preview.width, preview.height];
    const button = h('button', {
      type: 'button',
      class: 'item',
      role: 'listitem',
      title: file.name,
      onclick: () => select(item),
    });
    button.append(thumbnail(preview, { 'aria-hidden': 'true' }), h('span', { class: 'item-state' }));
    const item: Item = { file, preview, width, height, button, state: 'waiting', percent: 0 };
    return item;
  }

  function select(item: Item): void {
    selected = item;
    showItem(item);
    update();
  }

  function showItem(item: Item): void {
    if (item !== selected) return;
    const { surfaces, preview } = item;
    if (surfaces === undefined) {
      const size = { width: item.width, height: item.height };
      view.show(size, { after: stretched(preview, size) }, { before: '', after: 'Original' });
      return;
    }
    const { after, before } = surfaces;
    const below = stretched(preview, after);
    const isWhole = item.state === 'done';
    view.show(
      { width: after.width, height: after.height },
      {
        before: before === undefined || !item.hasBicubic ? below : isWhole ? before : over(below, before),
        after: isWhole ? after : over(below, after),
      },
      { before: item.hasBicubic ? 'Bicubic' : 'Stretched', after: 'Network' },
    );
  }

  function settingsNow(): string {
    return isOnMachine ? `${scale} on machine` : [scale, idOf(network.source), detailNow()?.amount ?? 0].join();
  }

  function detailNow(): Detail | undefined {
    const amount = detail.value / 100;
    return network.form === undefined || amount === 0 ? undefined : { form: network.form, amount };
  }

  function waiting(): Item[] {
    return items.filter(
      ({ state, settings }) => state !== 'running' && (state !== 'done' || settings !== settingsNow()),
    );
  }

  async function run(): Promise<void> {
    notices.clear();
    await runJob('The enlargement', notices, async job => {
      for (const item of waiting()) item.state = 'waiting';
      isBusy = true;
      update();
      progress.begin('Getting ready …');
      try {
        for (let item = nextWaiting(); item !== undefined; item = nextWaiting()) {
          select(item);
          await enlargeOne(item, job);
        }
      } finally {
        isBusy = false;
        for (const item of items) if (item.state === 'running') item.state = 'waiting';
        progress.hide();
        update();
      }
    });
  }

  function nextWaiting(): Item | undefined {
    return items.find(({ state }) => state === 'waiting');
  }

  async function enlargeOne(item: Item, job: { signal: AbortSignal; progress(percent: number): void }): Promise<void> {
    item.state = 'running';
    item.percent = 0;
    update();
    const settings = settingsNow();
    const onProgress = (event: EnlargeEvent): void => {
      switch (event.kind) {
        case 'opened': {
          const after = new Surface(event.width, event.height);
          const before = after.reduction === 1 ? new Surface(event.width, event.height) : undefined;
          forgetSurfaces(item);
          item.surfaces = { after, before };
          item.hasBicubic = false;
          showItem(item);
          break;
        }
        case 'before':
          item.surfaces?.before?.put(event.part);
          if (!item.hasBicubic) {
            item.hasBicubic = true;
            showItem(item);
          }
          break;
        case 'after':
          item.surfaces?.after.put(event.part);
          break;
        case 'progress': {
          item.percent = event.percent;
          const nth = items.length > 1 ? `${items.indexOf(item) + 1} of ${items.length} · ` : '';
          progress.show(event.percent, event.secondsLeft, nth);
          job.progress(event.percent);
          updateItem(item);
        }
      }
      if (item === selected) view.refresh();
    };
    try {
      item.result = isOnMachine
        ? await enlargeOnMachine({ file: item.file, scale }, { signal: job.signal, onProgress })
        : await compute(
            'enlarge',
            { file: item.file, network: network.source, detail: detailNow(), scale, largestInMemory },
            { signal: job.signal, onProgress: value => onProgress(value as EnlargeEvent) },
          );
      if (isOnMachine) await showFile(item);
      item.state = 'done';
      item.settings = settings;
    } catch (error) {
      item.state = job.signal.aborted ? 'waiting' : 'failed';
      // Of several pictures the others go on.
      if (job.signal.aborted || items.length === 1) throw error;
      notices.show(`${item.file.name}: ${explain(error)}`, { kind: 'error' });
    }
    showItem(item);
    update();
  }

  /** Fills the view from a result that came as a whole. */
  async function showFile({ result, surfaces }: Item): Promise<void> {
    if (result === undefined || surfaces === undefined) return;
    const { reduction, width } = surfaces.after;
    const reduced = reduction < 1 ? { resizeWidth: Math.round(width * reduction) } : {};
    const bitmap = await createImageBitmap(result.file, reduced);
    surfaces.after.fill(bitmap);
    bitmap.close();
  }

  async function lookForMachine(): Promise<void> {
    machine = await findMachine();
    if (machine === undefined) return;
    isOnMachine = true;
    place.hidden = false;
    place.replaceChildren(
      segments({
        legend: 'Computed by',
        name: 'place',
        choices: [
          { value: 'machine', label: `This machine (${machine.backend})` },
          { value: 'tab', label: 'This tab' },
        ],
        value: 'machine',
        onChange: value => {
          isOnMachine = value === 'machine';
          update();
        },
      }),
    );
    update();
  }

  /** Pixels of earlier pictures make room; their files stay. */
  function forgetSurfaces(except: Item): void {
    for (const item of items) if (item !== except && item !== selected) delete item.surfaces;
  }

  async function saveSelected(): Promise<void> {
    if (selected?.result === undefined) return;
    const { file, result } = selected;
    try {
      save(await inFormat(result.file, format), nameOf(file, result));
    } catch (error) {
      notices.show(explain(error), { kind: 'error' });
    }
  }

  async function saveAll(): Promise<void> {
    try {
      const done = items.flatMap(({ file, result }) => (result === undefined ? [] : [{ file, result }]));
      const files = [];
      for (const { file, result } of done) {
        files.push({ name: nameOf(file, result), blob: await inFormat(result.file, format) });
      }
      save(await zipOf(files), 'enlarged.zip');
    } catch (error) {
      notices.show(explain(error), { kind: 'error' });
    }
  }

  function nameOf(file: File, result: EnlargeResult): string {
    const item = items.find(each => each.result === result)!;
    return `${stem(file.name)}@${result.width / item.width}x.${formats[format].ending}`;
  }

  function clear(): void {
    stopJob();
    for (const { preview } of items) preview.close();
    items.length = 0;
    selected = undefined;
    list.replaceChildren();
    notices.clear();
    update();
  }

  function update(): void {
    const isEmpty = items.length === 0;
    hero.hidden = !isEmpty;
    studio.hidden = isEmpty;
    list.hidden = items.length < 2;
    for (const item of items) updateItem(item);
    updateNetworks();
    const todo = waiting().length;
    start.hidden = isBusy;
    stop.hidden = !isBusy;
    start.disabled = todo === 0;
    const isAgain = todo > 0 && items.every(({ result }) => result !== undefined);
    start.textContent = isAgain
      ? 'Enlarge again'
      : todo > 1
        ? `Enlarge ${todo} pictures`
        : todo === 0
          ? 'Enlarged'
          : 'Enlarge';
    const done = items.filter(({ result }) => result !== undefined);
    results.hidden = done.length === 0;
    download.disabled = selected?.result === undefined;
    downloadAll.hidden = done.length < 2;
    summary.replaceChildren(...summaryOf(selected));
  }

  function summaryOf(item: Item | undefined): (Node | string)[] {
    if (item === undefined) return [];
    const { width, height, result, state } = item;
    if (state === 'done' && result !== undefined) {
      const { seconds, backend, file } = result;
      return [
        `${number(result.width)} × ${number(result.height)} in ${duration(seconds)} on ${backend}, ${fileSize(file.size)} as PNG.`,
      ];
    }
    const size = `${number(width)} × ${number(height)} becomes ${number(width * scale)} × ${number(height * scale)}`;
    const isLarge = width * height * scale ** 2 > largestInMemory;
    return [
      isLarge
        ? `${size}. That is more than a page can show at once: a reduced picture is shown, the file has every pixel.`
        : `${size}.`,
    ];
  }

  function updateItem(item: Item): void {
    item.button.setAttribute('aria-current', String(item === selected));
    const texts = { waiting: 'waiting', running: `${Math.floor(item.percent)} %`, done: 'done', failed: 'failed' };
    item.button.querySelector('.item-state')!.textContent = texts[item.state];
    item.button.setAttribute('aria-label', `${item.file.name}, ${texts[item.state]}`);
    item.button.dataset.state = item.state;
  }

  function updateNetworks(): void {
    networkList.replaceChildren(
      ...networksFor(scale).map(choice =>
        h(
          'label',
          { class: 'card' },
          h('input', {
            type: 'radio',
            name: 'network',
            checked: choice.card.name === network.card.name,
            disabled: isBusy,
            onchange: () => {
              network = choice;
              update();
            },
          }),
          ...describeNetwork(choice, scale),
        ),
      ),
    );
    detail.element.hidden = isOnMachine || network.form === undefined;
    detail.element.querySelector('input')!.disabled = isBusy;
    const radios = studio.querySelectorAll<HTMLInputElement>('input[name="scale"], input[name="place"]');
    for (const radio of radios) radio.disabled = isBusy;
  }

  void lookForMachine();
  update();
  return { title: 'Enlarge', element, take: files => void take(files), shown: updateNetworks };
}

function describeNetwork(choice: NetworkChoice, scale: number): HTMLElement[] {
  const { card, bytes } = choice;
  const set5 = card.results.Set5;
  const facts = [
    bytes > 0 && fileSize(bytes),
    `${number(card.parameters)} weights`,
    card.license,
    set5?.psnr !== undefined && `${set5.psnr.toFixed(2)} dB on Set5`,
  ].filter((fact): fact is string => fact !== false);
  const via = detour(choice, scale);
  return [
    h('span', { class: 'card-name' }, card.name),
    h('span', { class: 'card-about' }, card.description),
    h('span', { class: 'card-facts' }, facts.join(' · ')),
    ...(via === undefined ? [] : [h('span', { class: 'card-note' }, via)]),
  ];
}
