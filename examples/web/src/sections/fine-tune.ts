/** Fine-tune: a few pictures of one kind make a network that suits them better. */

import { compute } from '../engine/client.js';
import type { FineTuneEvent, FineTuneResult } from '../engine/contract.js';
import { fileSource } from '../engine/weights-source.js';
import { refusal, undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { save } from '../files/save.js';
import { networks } from '../networks.js';
import { Chart } from '../ui/chart.js';
import { ProgressLine, slider } from '../ui/controls.js';
import { duration, h, icon } from '../ui/dom.js';
import { runJob, stopJob } from '../ui/job.js';
import { Notices } from '../ui/notice.js';
import { pictureInput } from '../ui/picture-input.js';
import { thumbnail } from '../ui/thumbnail.js';
import type { Section } from './section.js';

const sampleTexts = {
  bicubic: 'Bicubic',
  before: 'The network as it was',
  after: 'Fine-tuned',
  truth: 'The original',
} as const;

export function fineTuneSection(): Section {
  const notices = new Notices();
  const progress = new ProgressLine();
  const pictures: { file: File; thumb: HTMLElement }[] = [];
  let result: FineTuneResult | undefined;

  const steps = slider({ label: 'Steps', min: 20, max: 2000, step: 20, value: 200 });
  const rate = slider({
    label: 'Learning rate',
    min: -5,
    max: -3,
    step: 0.25,
    value: -4,
    format: value => (10 ** value).toExponential(1),
  });
  const name = h('input', {
    type: 'text',
    value: 'my-x4',
    maxlength: 40,
    'aria-label': 'Name of the network',
    class: 'text',
  });
  const start = h('button', { type: 'button', class: 'primary wide', onclick: () => void run() }, 'Fine-tune');
  const stop = h('button', { type: 'button', class: 'wide', hidden: true, onclick: stopJob }, icon('stop'), 'Stop');
  const thumbs = h('div', { class: 'thumbs' });
  const samples = h('div', { class: 'samples' });
  const curve = h('div', {});
  const summary = h('p', { class: 'summary', role: 'status' });
  const sheet = h('div', { class: 'sheet', hidden: true }, h('h2', {}, 'How it goes'), curve, samples);
  const results = h(
    'div',
    { class: 'results', hidden: true },
    h('button', { type: 'button', class: 'primary', onclick: download }, icon('download'), 'Download the weights'),
    h('button', { type: 'button', onclick: use }, 'Use it in Enlarge'),
  );
  const input = pictureInput({
    title: 'Drop a few pictures of one kind',
    hint: 'Sharp ones, as results are to look: faces, drawings, scans … at least 192 × 96 pixels',
    multiple: true,
    onFiles: files => void take(files),
  });
  const element = h(
    'section',
    { class: 'section', 'aria-label': 'Fine-tune' },
    notices.element,
    h('h1', {}, 'Fit a network to your pictures'),
    h(
      'div',
      { class: 'studio' },
      h('div', { class: 'stage' }, input, thumbs, sheet),
      h(
        'aside',
        { class: 'panel', 'aria-label': 'Settings' },
        h(
          'p',
          { class: 'hint' },
          `${networks[0]!.card.name} goes on learning from your pictures, in this tab. One picture (or a part of the only one) is kept out to judge by.`,
        ),
        steps.element,
        rate.element,
        h('label', { class: 'select' }, h('span', {}, 'Name'), name),
        start,
        stop,
        progress.element,
        summary,
        results,
      ),
    ),
  );

  async function take(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const report = await inspectFile(file);
      const why = refusal(report, file.name);
      if (why !== undefined) {
        notices.show(why, { kind: 'error' });
        continue;
      }
      try {
        const bitmap = await createImageBitmap(file);
        const picture = { file, thumb: thumbOf(bitmap, file.name, () => remove(picture)) };
        pictures.push(picture);
        thumbs.append(picture.thumb);
        bitmap.close();
      } catch {
        notices.show(undecodable(report, file.name), { kind: 'error' });
      }
    }
    update();
  }

  function remove(picture: { file: File; thumb: HTMLElement }): void {
    pictures.splice(pictures.indexOf(picture), 1);
    picture.thumb.remove();
    update();
  }

  function run(): Promise<void> {
    notices.clear();
    return runJob('The fine-tuning', notices, async ({ signal, progress: tell }) => {
      start.hidden = true;
      stop.hidden = false;
      results.hidden = true;
      summary.textContent = '';
      progress.begin('Getting ready …');
      sheet.hidden = false;
      samples.replaceChildren();
      const chart = new Chart('Loss and PSNR over the steps', [
        { label: 'loss', color: '--accent' },
        { label: 'PSNR (dB)', color: '--good', scale: 'right' },
      ]);
      curve.replaceChildren(chart.element);
      const all = steps.value;
      const onProgress = (event: FineTuneEvent): void => {
        if (event.kind === 'step') {
          chart.add(event.iteration, [event.loss, undefined]);
          const percent = (100 * event.iteration) / all;
          progress.show(percent, event.secondsLeft, `Step ${event.iteration} · `);
          tell(percent);
        } else if (event.kind === 'score') chart.add(event.iteration, [undefined, event.psnr]);
        else showSample(event);
      };
      try {
        result = await compute(
          'fineTune',
          {
            pictures: pictures.map(({ file }) => file),
            network: networks[0]!.source,
            steps: all,
            learningRate: 10 ** rate.value,
            name: name.value.trim() || 'my-x4',
          },
          { signal, onProgress: value => onProgress(value as FineTuneEvent) },
        );
        const { psnrBefore, psnrAfter, seconds } = result;
        const gain = psnrAfter - psnrBefore;
        const verdict =
          gain > 0.005
            ? `${gain.toFixed(2)} dB better on what was kept out`
            : 'no better on what was kept out; more steps or pictures may help';
        summary.textContent = `${psnrBefore.toFixed(2)} dB became ${psnrAfter.toFixed(2)} dB: ${verdict}. It took ${duration(seconds)}.`;
        results.hidden = false;
      } finally {
        start.hidden = false;
        stop.hidden = true;
        progress.hide();
      }
    });
  }

  function showSample({ name: which, image }: FineTuneEvent & { kind: 'sample' }): void {
    let figure = samples.querySelector<HTMLElement>(`[data-sample="${which}"]`);
    if (figure === null) {
      const canvas = h('canvas', {
        width: image.width,
        height: image.height,
        role: 'img',
        'aria-label': sampleTexts[which],
      });
      figure = h('figure', { 'data-sample': which }, canvas, h('figcaption', {}, sampleTexts[which]));
      samples.append(figure);
      const order = Object.keys(sampleTexts);
      const sorted = [...samples.children].sort(
        (a, b) => order.indexOf((a as HTMLElement).dataset.sample!) - order.indexOf((b as HTMLElement).dataset.sample!),
      );
      samples.replaceChildren(...sorted);
    }
    figure.querySelector('canvas')!.getContext('2d')!.putImageData(image, 0, 0);
  }

  function download(): void {
    if (result === undefined) return;
    save(new Blob([result.weights as Uint8Array<ArrayBuffer>]), `${result.card.name}.safetensors`);
  }

  function use(): void {
    if (result === undefined) return;
    networks.push({ card: result.card, source: fileSource(result.weights), bytes: 0 });
    location.hash = '#enlarge';
  }

  function update(): void {
    start.disabled = pictures.length === 0;
    input.classList.toggle('compact', pictures.length > 0);
  }

  update();
  return { title: 'Fine-tune', element, take: files => void take(files) };
}

function thumbOf(bitmap: ImageBitmap, name: string, onRemove: () => void): HTMLElement {
  return h(
    'div',
    { class: 'thumb' },
    thumbnail(bitmap, { role: 'img', 'aria-label': name }),
    h('button', { type: 'button', 'aria-label': `Remove ${name}`, onclick: onRemove }, icon('close')),
  );
}
