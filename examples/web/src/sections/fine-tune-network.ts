/** The network that enlarges, trained on with pictures of one kind. */
import { compute } from '../engine/client.js';
import { fileSource } from '../engine/weights-source.js';
import { networks } from '../networks.js';
import { h } from '../ui/dom.js';
import type { Pupil } from './pupil.js';

export function networkPupil(): Pupil {
  const first = networks[0]!;
  return {
    label: 'Enlarging',
    about: `${first.card.name} goes on learning from your pictures, in this tab. One picture (or a part of the only one) is kept out to judge by.`,
    pictures: {
      title: 'Drop a few pictures of one kind',
      hint: 'Sharp ones, as results are to look: faces, drawings, scans … at least 192 × 96 pixels',
    },
    settings: h('div', {}),
    name: 'my-x4',
    learningRate: -4,
    score: 'PSNR (dB)',
    samples: {
      bicubic: 'Bicubic',
      before: 'The network as it was',
      after: 'Fine-tuned',
      truth: 'The original',
    },
    use: 'Use it in Enlarge',
    missing: () => undefined,
    train: (job, context) => compute('fineTune', { ...job, network: first.source }, context),
    verdict({ before, after }) {
      const gain = after - before;
      const how =
        gain > 0.005
          ? `${gain.toFixed(2)} dB better on what was kept out`
          : 'no better on what was kept out; more steps or pictures may help';
      return `${before.toFixed(2)} dB became ${after.toFixed(2)} dB: ${how}.`;
    },
    keep({ card, weights }) {
      networks.push({ card, source: fileSource(weights), bytes: 0 });
      location.hash = '#enlarge';
    },
  };
}
