/** A style, trained on to paint like another picture. */
import { compute } from '../engine/client.js';
import { fileSource } from '../engine/weights-source.js';
import { undecodable } from '../files/explain.js';
import { inspectFile } from '../files/inspect-file.js';
import { styles } from '../styles.js';
import { fileButton, select } from '../ui/controls.js';
import { h } from '../ui/dom.js';
import type { Notices } from '../ui/notice.js';
import { thumbnail } from '../ui/thumbnail.js';
import type { Pupil } from './pupil.js';

/** @param onChange called when something was given that was missing */
export function stylePupil(notices: Notices, onChange: () => void): Pupil {
  let painting: File | undefined;
  let judge: { name: string; bytes: Uint8Array } | undefined;
  let start = startChoice();
  const startPlace = h('div', {}, start.element);
  const thumbs = h('div', { class: 'thumbs' });
  const judgeText = h(
    'p',
    { class: 'hint', role: 'status' },
    'SqueezeNet 1.1 of torchvision judges what it paints. Its weights (3 to 5 MB) do not come along.',
  );
  const settings = h(
    'div',
    { class: 'slot' },
    startPlace,
    thumbs,
    fileButton('Choose the painting', 'image/*', 'The painting', ([file]) => void setPainting(file)),
    fileButton(
      'Give SqueezeNet’s weights',
      '.pth,.safetensors',
      'Weights of SqueezeNet',
      ([file]) => void setJudge(file),
    ),
    judgeText,
  );

  async function setPainting(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    try {
      const bitmap = await createImageBitmap(file);
      thumbs.replaceChildren(thumbnail(bitmap, { role: 'img', 'aria-label': file.name }));
      bitmap.close();
      painting = file;
      onChange();
    } catch {
      notices.show(undecodable(await inspectFile(file), file.name), { kind: 'error' });
    }
  }

  async function setJudge(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    judge = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    judgeText.textContent = `Judged by ${file.name}.`;
    onChange();
  }

  return {
    label: 'Painting',
    about:
      'A style that comes along learns to paint like a painting of yours, on photos of yours, in this tab. One photo (or a part of the only one) is kept out to judge by.',
    pictures: {
      title: 'Drop a few photos',
      hint: 'Of the kind that it is to paint; at least 256 × 128 pixels. The painting is chosen for itself',
    },
    settings,
    name: 'my-style',
    learningRate: -3,
    score: 'objective',
    samples: { photo: 'The photo', before: 'The style as it was', after: 'Fine-tuned', painting: 'The painting' },
    use: 'Use it in Stylise',
    shown() {
      start = startChoice(start.value);
      startPlace.replaceChildren(start.element);
    },
    missing() {
      const lacks = [painting === undefined && 'the painting', judge === undefined && 'SqueezeNet’s weights'];
      const named = lacks.filter(each => each !== false);
      return named.length === 0 ? undefined : `Needs ${named.join(' and ')}.`;
    },
    train: (job, context) =>
      compute(
        'fineTuneStyle',
        {
          ...job,
          style: styles.find(({ title }) => title === start.value)!.source,
          painting: painting!,
          encoder: judge!,
        },
        context,
      ),
    verdict({ before, after }) {
      const how =
        after < before
          ? `${Math.round(100 * (1 - after / before))} % lower on what was kept out`
          : 'no lower on what was kept out; more steps or another learning rate may help';
      return `The objective, ${before.toFixed(0)}, became ${after.toFixed(0)}: ${how}.`;
    },
    keep({ card, weights }) {
      const about = card.description;
      styles.push({ title: card.name, about, source: fileSource(weights), styles: 1 });
      location.hash = '#stylize';
    },
  };
}

/** All styles that there are by now, but for networks of several. */
function startChoice(value?: string): ReturnType<typeof select<string>> {
  const titles = styles.filter(({ styles: count }) => count === 1).map(({ title }) => title);
  return select({
    label: 'Starts from',
    choices: titles.map(title => ({ value: title, label: title })),
    value: value ?? titles[0] ?? '',
  });
}
