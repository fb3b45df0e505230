/** Stylise: a photo, a video or the camera in a trained style, or a photo in the manner of a painting. */

import { compute } from '../engine/client.js';
import type { OptimizeEvent, PictureResult, StyleOptions } from '../engine/contract.js';
import { fileSource } from '../engine/weights-source.js';
import { explain, refusal, undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { type Format, formats, inFormat, save, stem } from '../files/save.js';
import { type StyleChoice, styles } from '../styles.js';
import { cameraTrouble, openCamera } from '../ui/camera.js';
import { Chart } from '../ui/chart.js';
import { CompareView } from '../ui/compare-view.js';
import { fileButton, ProgressLine, segments, select, slider } from '../ui/controls.js';
import { duration, h, icon } from '../ui/dom.js';
import { type Job, runJob, stopJob } from '../ui/job.js';
import { MaskPainter } from '../ui/mask-painter.js';
import { Notices } from '../ui/notice.js';
import { pictureInput } from '../ui/picture-input.js';
import { Surface, stretched } from '../ui/surface.js';
import { thumbnail } from '../ui/thumbnail.js';
import { openVideo, type Paint, paintCamera, paintVideo } from './moving-pictures.js';
import type { Section } from './section.js';

interface Painting {
  readonly file: File;
  readonly bitmap: ImageBitmap;
  readonly weight: { readonly element: HTMLElement; readonly value: number };
}

export function stylizeSection(): Section {
  const notices = new Notices();
  const view = new CompareView();
  const progress = new ProgressLine();
  const charts = h('div', { class: 'sheet', hidden: true });
  let photo: { file: File; bitmap: ImageBitmap } | undefined;
  let video: HTMLVideoElement | undefined;
  let isCamera = false;
  let result: PictureResult | undefined;
  let mode: 'trained' | 'painting' = styles.length > 0 ? 'trained' : 'painting';
  let style: StyleChoice | undefined = styles[0];
  let encoder: { name: string; bytes: Uint8Array } | undefined;
  const paintings: Painting[] = [];
  let painter: MaskPainter | undefined;

  const strength = slider({
    label: 'Strength',
    min: 0,
    max: 1,
    step: 0.05,
    value: 1,
    format: value => `${Math.round(value * 100)} %`,
  });
  const keepColor = select({
    label: 'Colours',
    choices: [
      { value: 'none', label: 'of the style' },
      { value: 'luma', label: 'of the photo' },
      { value: 'moments', label: 'like the photo’s, on the whole' },
      { value: 'histogram', label: 'like the photo’s, by histogram' },
    ] as const,
    value: 'none',
  });
  const side = select({
    label: 'Longer side at most',
    choices: ['256', '384', '512', '1024', '2048'].map(value => ({ value, label: `${value} px` })),
    value: '512',
  });
  const iterations = slider({ label: 'Iterations at each size', min: 10, max: 300, step: 10, value: 60 });
  const styleWeight = slider({
    label: 'Style against content',
    min: -2,
    max: 2,
    step: 0.5,
    value: 0,
    format: value => `× ${(10 ** value).toPrecision(2)}`,
  });
  const mixture: { element: HTMLElement; value: number }[] = [];

  const start = h('button', { type: 'button', class: 'primary wide', onclick: () => void run() }, 'Stylise');
  const stop = h('button', { type: 'button', class: 'wide', hidden: true, onclick: stopJob }, icon('stop'), 'Stop');
  const formatSelect = h(
    'select',
    { 'aria-label': 'Format of the download' },
    ...Object.entries(formats).map(([value, { label }]) => h('option', { value }, label)),
  );
  const results = h(
    'div',
    { class: 'results', hidden: true },
    formatSelect,
    h('button', { type: 'button', class: 'primary', onclick: () => void download() }, icon('download'), 'Download'),
  );
  const summary = h('p', { class: 'summary', role: 'status' });
  const styleList = h('div', { class: 'cards pairs' });
  const styleAbout = h('p', { class: 'hint', role: 'status' });
  const mixing = h('div', { class: 'slot' });
  let second: StyleChoice | undefined;
  const share = slider({
    label: 'How much of it',
    min: 0,
    max: 1,
    step: 0.05,
    value: 0.5,
    format: value => `${Math.round(value * 100)} %`,
  });
  const secondPlace = h('div', { class: 'slot' });
  const trained = h(
    'div',
    { class: 'slot' },
    styleList,
    styleAbout,
    fileButton('Open a style file', '.pth,.safetensors', 'Style file', files => void addStyle(files)),
    h('p', { class: 'hint' }, 'Files come from “sr train johnson-style”, or from PyTorch’s example fast_neural_style.'),
    mixing,
    secondPlace,
  );
  const paintingList = h('div', { class: 'slot' });
  const encoderText = h('p', { class: 'hint', role: 'status' });
  const optimised = h(
    'div',
    { class: 'slot' },
    paintingList,
    fileButton('Add a painting', 'image/*', 'Painting', files => void addPaintings(files)),
    fileButton(
      'Give a network’s weights',
      '.pth,.safetensors',
      'Weights of a feature network',
      files => void setEncoder(files),
    ),
    encoderText,
    iterations.element,
    styleWeight.element,
  );
  const maskPlace = h('div');
  const maskToggle = h('button', { type: 'button', onclick: toggleMask }, icon('brush'), 'Paint where');
  const stageCanvas = h('canvas', {
    class: 'view-canvas',
    hidden: true,
    role: 'img',
    'aria-label': 'The stylised video',
  });
  const hero = h(
    'div',
    { class: 'hero' },
    h('h1', {}, 'Paint a photo'),
    h('p', { class: 'lead' }, 'Let a photo, a video or the camera look as if it had been painted.'),
    pictureInput({
      title: 'Drop a photo or a video here',
      hint: 'Pictures, MP4, WebM',
      camera: true,
      accept: 'image/*,video/*,.heic',
      onFiles: files => void take(files),
    }),
    h('button', { type: 'button', class: 'link', onclick: takeCamera }, 'Or look through the camera'),
  );
  const studio = h(
    'div',
    { class: 'studio', hidden: true },
    h('div', { class: 'stage' }, view.element, stageCanvas, charts),
    h(
      'aside',
      { class: 'panel', 'aria-label': 'Settings' },
      segments({
        legend: 'Where the style comes from',
        name: 'style-mode',
        choices: [
          { value: 'trained', label: 'Trained' },
          { value: 'painting', label: 'A painting' },
        ] as const,
        value: mode,
        onChange: value => {
          mode = value;
          update();
        },
      }),
      trained,
      optimised,
      strength.element,
      keepColor.element,
      side.element,
      maskToggle,
      maskPlace,
      start,
      stop,
      progress.element,
      summary,
      results,
      h('div', { class: 'row' }, h('button', { type: 'button', class: 'plain', onclick: clear }, 'Another photo')),
    ),
  );
  const element = h('section', { class: 'section', 'aria-label': 'Stylise' }, notices.element, hero, studio);

  async function take(files: readonly File[]): Promise<void> {
    const [file] = files;
    if (file === undefined) return;
    if (file.type.startsWith('video/')) return takeVideo(file);
    const report = await inspectFile(file);
    const why = refusal(report, file.name);
    if (why !== undefined) return notices.show(why, { kind: 'error' });
    try {
      const bitmap = await createImageBitmap(file);
      forgetInput();
      photo = { file, bitmap };
      view.show(bitmap, { after: stretched(bitmap, bitmap) }, { before: '', after: 'Photo' });
      update();
    } catch {
      notices.show(undecodable(report, file.name), { kind: 'error' });
    }
  }

  async function takeVideo(file: File): Promise<void> {
    const opened = await openVideo(file).catch(() => undefined);
    if (opened === undefined) {
      const why = `${file.name} is a video that this browser cannot play. Save it as MP4 (H.264) or WebM.`;
      return notices.show(why, { kind: 'error' });
    }
    forgetInput();
    video = opened;
    const bitmap = await createImageBitmap(opened);
    photo = { file, bitmap };
    mode = 'trained';
    view.show(bitmap, { after: stretched(bitmap, bitmap) }, { before: '', after: 'First frame' });
    update();
  }

  async function addStyle(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const choice: StyleChoice = {
        title: stem(file.name),
        about: 'From a file of yours.',
        source: fileSource(bytes),
        styles: stylesIn(bytes),
      };
      styles.push(choice);
      style = choice;
    }
    update();
  }

  async function addPaintings(files: readonly File[]): Promise<void> {
    for (const file of files) {
      try {
        const bitmap = await createImageBitmap(file);
        paintings.push({
          file,
          bitmap,
          weight: slider({
            label: file.name,
            min: 0.1,
            max: 1,
            step: 0.1,
            value: 1,
            format: value => `${Math.round(value * 100)} %`,
          }),
        });
      } catch {
        notices.show(undecodable(await inspectFile(file), file.name), { kind: 'error' });
      }
    }
    update();
  }

  async function setEncoder(files: readonly File[]): Promise<void> {
    const [file] = files;
    if (file === undefined) return;
    encoder = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    update();
  }

  function toggleMask(): void {
    painter = painter === undefined && photo !== undefined ? new MaskPainter(photo.bitmap) : undefined;
    maskPlace.replaceChildren(...(painter === undefined ? [] : [painter.element]));
    maskToggle.lastChild!.textContent = painter === undefined ? 'Paint where' : 'Everywhere again';
  }

  function optionsNow(): StyleOptions {
    const mask = painter?.mask;
    return {
      strength: strength.value,
      keepColor: keepColor.value,
      ...(second && { second: { style: second.source, share: share.value } }),
      ...(mixture.length > 0 && { mixture: mixture.map(({ value }) => value) }),
      ...(mask && { mask }),
    };
  }

  function run(): Promise<void> {
    notices.clear();
    const paintWith =
      ({ source }: StyleChoice, { signal }: Job): Paint =>
      frame =>
        compute('stylizeFrame', { frame, style: source, options: optionsNow() }, { signal });
    if (isCamera && style !== undefined) {
      const chosen = style;
      return working('The camera', job => lookThroughCamera(paintWith(chosen, job), job));
    }
    if (photo === undefined) return Promise.resolve();
    const { file } = photo;
    if (mode === 'trained' && style !== undefined) {
      const chosen = style;
      const { source } = style;
      const shown = video;
      if (shown !== undefined) return working('The video', job => saveVideo(shown, paintWith(chosen, job), job));
      return working('The stylisation', async ({ signal, progress: tell }) => {
        const done = await compute(
          'stylize',
          { photo: file, style: source, options: optionsNow(), largestSide: Number(side.value) },
          {
            signal,
            onProgress: value => {
              const { percent } = value as { percent: number };
              progress.show(percent);
              tell(percent);
            },
          },
        );
        showResult(done);
      });
    }
    if (encoder === undefined || paintings.length === 0) return Promise.resolve();
    const judge = encoder;
    return working('The stylisation', async ({ signal, progress: tell }) => {
      const chart = new Chart(
        'How the losses fall',
        [
          { label: 'total', color: '--accent' },
          { label: 'style', color: '--good' },
          { label: 'content', color: '--error' },
        ],
        { logarithmic: true },
      );
      charts.hidden = false;
      charts.replaceChildren(h('h2', {}, 'How far it is'), chart.element);
      let surface: Surface | undefined;
      const began = performance.now();
      const done = await compute(
        'optimize',
        {
          photo: file,
          paintings: paintings.map(({ file: each, weight }) => ({ file: each, weight: weight.value })),
          encoder: judge,
          options: optionsNow(),
          iterations: iterations.value,
          largestSide: Number(side.value),
          styleWeight: 10 ** styleWeight.value,
        },
        {
          signal,
          onProgress: value => {
            const { iteration, iterations: all, losses, image } = value as OptimizeEvent;
            const percent = (100 * iteration) / all;
            const secondsLeft = ((performance.now() - began) / 1000 / iteration) * (all - iteration);
            progress.show(percent, secondsLeft);
            tell(percent);
            // Of the content nothing is lost at first, which no logarithm shows.
            const least = (losses.total ?? 0) * 1e-6;
            const shown = (loss = 0): number | undefined => (loss > least ? loss : undefined);
            chart.add(iteration, [shown(losses.total), shown(losses.style), shown(losses.content)]);
            if (surface === undefined) {
              surface = new Surface(image.width, image.height);
              showSurface(surface);
            }
            surface.put({ image, left: 0, top: 0, width: image.width, height: image.height });
            view.refresh();
          },
        },
      );
      showResult(done);
    });
  }

  function working(what: string, body: Parameters<typeof runJob>[2]): Promise<void> {
    return runJob(what, notices, async job => {
      start.hidden = true;
      stop.hidden = false;
      results.hidden = true;
      summary.textContent = '';
      progress.begin('Getting ready …');
      try {
        await body(job);
      } finally {
        start.hidden = false;
        stop.hidden = true;
        progress.hide();
      }
    });
  }

  function showSurface(surface: Surface): void {
    const { bitmap } = photo!;
    view.show(surface, { before: stretched(bitmap, surface), after: surface }, { before: 'Photo', after: 'Painted' });
  }

  function showResult(done: PictureResult): void {
    result = done;
    const { width, height } = done.image;
    const surface = new Surface(width, height);
    surface.put({ image: done.image, left: 0, top: 0, width, height });
    showSurface(surface);
    summary.textContent = `${width} × ${height} in ${duration(done.seconds)}.`;
    results.hidden = false;
  }

  async function download(): Promise<void> {
    if (result === undefined || photo === undefined) return;
    const format = formatSelect.value as Format;
    try {
      save(await inFormat(result.file, format), `${stem(photo.file.name)}-painted.${formats[format].ending}`);
    } catch (error) {
      notices.show(explain(error), { kind: 'error' });
    }
  }

  async function saveVideo(shown: HTMLVideoElement, paint: Paint, job: Job): Promise<void> {
    showCanvas();
    const painted = await paintVideo(shown, stageCanvas, paint, (percent, secondsLeft) => {
      progress.show(percent, secondsLeft);
      job.progress(percent);
    });
    save(painted, `${stem(photo!.file.name)}-painted.webm`);
    notices.show('The video was saved without its sound.');
  }

  async function lookThroughCamera(paint: Paint, { signal }: Job): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await openCamera();
    } catch (error) {
      return notices.show(cameraTrouble(error), { kind: 'error' });
    }
    showCanvas();
    const onFrame = (perSecond: number): void => progress.begin(`${perSecond.toFixed(1)} pictures a second`);
    await paintCamera(stream, stageCanvas, paint, { signal, onFrame });
  }

  function takeCamera(): void {
    forgetInput();
    isCamera = true;
    mode = 'trained';
    view.element.hidden = true;
    if (style === undefined) notices.show('The camera needs a trained style: open a style file, then start.');
    update();
  }

  function showCanvas(): void {
    view.element.hidden = true;
    stageCanvas.hidden = false;
  }

  function forgetInput(): void {
    if (video !== undefined) URL.revokeObjectURL(video.src);
    video = undefined;
    isCamera = false;
    result = undefined;
    painter = undefined;
    maskPlace.replaceChildren();
    results.hidden = true;
    charts.hidden = true;
    summary.textContent = '';
    view.element.hidden = false;
    stageCanvas.hidden = true;
  }

  function clear(): void {
    stopJob();
    forgetInput();
    photo = undefined;
    notices.clear();
    update();
  }

  function update(): void {
    hero.hidden = photo !== undefined || isCamera;
    studio.hidden = !hero.hidden;
    trained.hidden = mode !== 'trained';
    optimised.hidden = mode !== 'painting';
    for (const radio of studio.querySelectorAll<HTMLInputElement>('input[name="style-mode"]'))
      radio.checked = radio.value === mode;
    maskToggle.hidden = video !== undefined || isCamera;
    styleList.replaceChildren(
      ...styles.map(choice =>
        h(
          'label',
          { class: 'card' },
          h('input', {
            type: 'radio',
            name: 'style',
            checked: choice === style,
            onchange: () => {
              style = choice;
              update();
            },
          }),
          h('span', { class: 'card-name' }, choice.title),
        ),
      ),
    );
    styleAbout.textContent = style?.about ?? '';
    updateSecond();
    const count = style?.styles ?? 1;
    if (mixture.length !== (count > 1 ? count : 0)) {
      mixture.length = 0;
      for (let i = 0; count > 1 && i < count; i++) {
        mixture.push(
          slider({
            label: `Style ${i + 1}`,
            min: 0,
            max: 1,
            step: 0.05,
            value: i === 0 ? 1 : 0,
            format: value => `${Math.round(value * 100)} %`,
          }),
        );
      }
      mixing.replaceChildren(...mixture.map(({ element: each }) => each));
    }
    paintingList.replaceChildren(...paintings.map(painting => paintingRow(painting)));
    encoderText.textContent =
      encoder === undefined
        ? 'A feature network judges the picture: SqueezeNet 1.1 (3 MB), AlexNet or VGG of torchvision. Its weights do not come along.'
        : `Judged by ${encoder.name}.`;
    start.disabled = mode === 'trained' ? style === undefined : encoder === undefined || paintings.length === 0;
    start.textContent = isCamera ? 'Start' : video === undefined ? 'Stylise' : 'Stylise the video and save it';
  }

  /** Styles to mix the chosen one with. */
  function updateSecond(): void {
    const others = styles.filter(choice => choice !== style);
    if (second === style) second = undefined;
    const choice = select({
      label: 'Mixed with',
      choices: [{ value: '', label: 'nothing' }, ...others.map(({ title }) => ({ value: title, label: title }))],
      value: second?.title ?? '',
      onChange: title => {
        second = others.find(each => each.title === title);
        update();
      },
    });
    const shown = [choice.element, ...(second === undefined ? [] : [share.element])];
    secondPlace.replaceChildren(...(others.length > 0 ? shown : []));
  }

  function paintingRow(painting: Painting): HTMLElement {
    const { bitmap, weight } = painting;
    const remove = h(
      'button',
      {
        type: 'button',
        class: 'plain',
        'aria-label': `Remove ${painting.file.name}`,
        onclick: () => {
          paintings.splice(paintings.indexOf(painting), 1);
          update();
        },
      },
      icon('close'),
    );
    return h(
      'div',
      { class: 'row' },
      h('div', { class: 'thumbs' }, thumbnail(bitmap, { 'aria-hidden': 'true' })),
      weight.element,
      remove,
    );
  }

  update();
  return { title: 'Stylise', element, take: files => void take(files), shown: update };
}

/** How many styles the network in a safetensors file knows, by the card in its header; 1 for other files. */
function stylesIn(bytes: Uint8Array): number {
  try {
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return JSON.parse(header.__metadata__.card).network.config.styles ?? 1;
  } catch {
    return 1;
  }
}
