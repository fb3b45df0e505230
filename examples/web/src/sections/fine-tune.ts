/** Fine-tune: a few pictures make a network, or a style, that suits them better. */

import type { FineTuneEvent, FineTuneResult } from '../engine/contract.js';
import { refusal, undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { save } from '../files/save.js';
import { Chart } from '../ui/chart.js';
import { ProgressLine, segments, slider } from '../ui/controls.js';
import { duration, h, icon } from '../ui/dom.js';
import { runJob, stopJob } from '../ui/job.js';
import { Notices } from '../ui/notice.js';
import { pictureInput } from '../ui/picture-input.js';
import { thumbnail } from '../ui/thumbnail.js';
import { networkPupil } from './fine-tune-network.js';
import { stylePupil } from './fine-tune-style.js';
import type { Pupil } from './pupil.js';
import type { Section } from './section.js';

export function fineTuneSection(): Section {
  const notices = new Notices();
  const progress = new ProgressLine();
  const pictures: { file: File; thumb: HTMLElement }[] = [];
  const pupils = { network: networkPupil(), style: stylePupil(notices, () => update()) };
  let pupil: Pupil = pupils.network;
  let done: { readonly pupil: Pupil; readonly result: FineTuneResult } | undefined;

  const steps = slider({ label: 'Steps', min: 20, max: 2000, step: 20, value: 200 });
  /** Of each pupil its own: what was set for one says nothing of the other. */
  const own = new Map(
    Object.values(pupils).map(each => [
      each,
      {
        rate: slider({
          label: 'Learning rate',
          min: -5,
          max: -2.5,
          step: 0.25,
          value: each.learningRate,
          format: value => (10 ** value).toExponential(1),
        }),
        name: h('input', {
          type: 'text',
          value: each.name,
          maxlength: 40,
          'aria-label': 'Name of the result',
          class: 'text',
        }),
      },
    ]),
  );
  const start = h('button', { type: 'button', class: 'primary wide', onclick: () => void run() }, 'Fine-tune');
  const stop = h('button', { type: 'button', class: 'wide', hidden: true, onclick: stopJob }, icon('stop'), 'Stop');
  const thumbs = h('div', { class: 'thumbs' });
  const samples = h('div', { class: 'samples' });
  const curve = h('div', {});
  const summary = h('p', { class: 'summary', role: 'status' });
  const sheet = h('div', { class: 'sheet', hidden: true }, h('h2', {}, 'How it goes'), curve, samples);
  const useButton = h('button', { type: 'button', onclick: () => done?.pupil.keep(done.result) });
  const results = h(
    'div',
    { class: 'results', hidden: true },
    h('button', { type: 'button', class: 'primary', onclick: download }, icon('download'), 'Download the weights'),
    useButton,
  );
  const inputPlace = h('div', {});
  const about = h('p', { class: 'hint' });
  const settings = h('div', { class: 'slot' });
  const missing = h('p', { class: 'hint', role: 'status' });
  const element = h(
    'section',
    { class: 'section', 'aria-label': 'Fine-tune' },
    notices.element,
    h('h1', {}, 'Fit a network to your pictures'),
    h(
      'div',
      { class: 'studio' },
      h('div', { class: 'stage' }, inputPlace, thumbs, sheet),
      h(
        'aside',
        { class: 'panel', 'aria-label': 'Settings' },
        segments({
          legend: 'What learns',
          name: 'pupil',
          choices: Object.entries(pupils).map(([value, { label }]) => ({ value: value as keyof typeof pupils, label })),
          value: 'network',
          onChange(value) {
            pupil = pupils[value];
            choosePupil();
          },
        }),
        about,
        settings,
        missing,
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
      const chosen = pupil;
      const { rate, name } = own.get(chosen)!;
      const chart = new Chart(`Loss and ${chosen.score} over the steps`, [
        { label: 'loss', color: '--accent' },
        { label: chosen.score, color: '--good', scale: 'right' },
      ]);
      curve.replaceChildren(chart.element);
      const all = steps.value;
      const onProgress = (event: FineTuneEvent): void => {
        if (event.kind === 'step') {
          chart.add(event.iteration, [event.loss, undefined]);
          const percent = (100 * event.iteration) / all;
          progress.show(percent, event.secondsLeft, `Step ${event.iteration} · `);
          tell(percent);
        } else if (event.kind === 'score') chart.add(event.iteration, [undefined, event.score]);
        else showSample(event, chosen.samples);
      };
      try {
        const result = await chosen.train(
          {
            pictures: pictures.map(({ file }) => file),
            steps: all,
            learningRate: 10 ** rate.value,
            name: name.value.trim() || chosen.name,
          },
          { signal, onProgress: event => onProgress(event as FineTuneEvent) },
        );
        done = { pupil: chosen, result };
        summary.textContent = `${chosen.verdict(result)} It took ${duration(result.seconds)}.`;
        useButton.textContent = chosen.use;
        results.hidden = false;
      } finally {
        start.hidden = false;
        stop.hidden = true;
        progress.hide();
      }
    });
  }

  function showSample({ name: which, image }: FineTuneEvent & { kind: 'sample' }, texts: Pupil['samples']): void {
    let figure = samples.querySelector<HTMLElement>(`[data-sample="${which}"]`);
    if (figure === null) {
      const canvas = h('canvas', {
        width: image.width,
        height: image.height,
        role: 'img',
        'aria-label': texts[which],
      });
      figure = h('figure', { 'data-sample': which }, canvas, h('figcaption', {}, texts[which]));
      samples.append(figure);
      const order = Object.keys(texts);
      const sorted = [...samples.children].sort(
        (a, b) => order.indexOf((a as HTMLElement).dataset.sample!) - order.indexOf((b as HTMLElement).dataset.sample!),
      );
      samples.replaceChildren(...sorted);
    }
    figure.querySelector('canvas')!.getContext('2d')!.putImageData(image, 0, 0);
  }

  function download(): void {
    if (done === undefined) return;
    const { weights, card } = done.result;
    save(new Blob([weights as Uint8Array<ArrayBuffer>]), `${card.name}.safetensors`);
  }

  function choosePupil(): void {
    const { rate, name } = own.get(pupil)!;
    pupil.shown?.();
    about.textContent = pupil.about;
    inputPlace.replaceChildren(pictureInput({ ...pupil.pictures, multiple: true, onFiles: files => void take(files) }));
    settings.replaceChildren(
      pupil.settings,
      steps.element,
      rate.element,
      h('label', { class: 'select' }, h('span', {}, 'Name'), name),
    );
    update();
  }

  function update(): void {
    const lack = pupil.missing();
    missing.textContent = lack ?? '';
    missing.hidden = lack === undefined;
    start.disabled = pictures.length === 0 || lack !== undefined;
    inputPlace.firstElementChild?.classList.toggle('compact', pictures.length > 0);
  }

  return { title: 'Fine-tune', element, take: files => void take(files), shown: choosePupil };
}

function thumbOf(bitmap: ImageBitmap, name: string, onRemove: () => void): HTMLElement {
  return h(
    'div',
    { class: 'thumb' },
    thumbnail(bitmap, { role: 'img', 'aria-label': name }),
    h('button', { type: 'button', 'aria-label': `Remove ${name}`, onclick: onRemove }, icon('close')),
  );
}
