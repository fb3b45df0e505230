/** The networks that enlarge: a new one is an import and a line here. */

import type { WeightModule } from 'sr-models';
import type { ModelCard } from 'sr-tensor/weights';
import double from 'sr-weights/x2-small';
import triple from 'sr-weights/x3-small';
import medium from 'sr-weights/x4-medium';
import mediumForm from 'sr-weights/x4-medium-texture';
import small from 'sr-weights/x4-small';
import smallForm from 'sr-weights/x4-small-texture';
import tiny from 'sr-weights/x4-tiny';
import eightfold from 'sr-weights/x8-small';
import type { WeightsSource } from './engine/weights-source.js';

export interface NetworkChoice {
  readonly card: ModelCard;
  readonly source: WeightsSource;
  /**
   * Its perceptual form: the one that `sr upscale --perceptual` takes. Named here, because a page that chose by the cards
   * would have to carry the weights of all forms.
   */
  readonly form?: WeightsSource | undefined;
  /** Bytes to load; 0: they are here already. */
  readonly bytes: number;
}

const shipped: { module: WeightModule; form?: WeightModule; bytes: number }[] = [
  { module: small, form: smallForm, bytes: 200_000 },
  { module: tiny, bytes: 51_000 },
  { module: medium, form: mediumForm, bytes: 800_000 },
  { module: double, bytes: 180_000 },
  { module: triple, bytes: 190_000 },
  { module: eightfold, bytes: 280_000 },
];

/** Those that come along, and those that were fine-tuned in this tab. */
export const networks: NetworkChoice[] = shipped.map(({ module, form, bytes }) => ({
  card: module.card,
  source: sourceOf(module),
  form: form && sourceOf(form),
  bytes,
}));

function sourceOf({ card, url }: WeightModule): WeightsSource {
  return { card, url: new URL(url).href };
}

/** Which enlargements the page offers. */
export const scales = [2, 3, 4, 8] as const;

/** The networks of a scale, and those that were fine-tuned here, for whatever scale. */
export function networksFor(scale: number): NetworkChoice[] {
  const isOwn = ({ card }: NetworkChoice): boolean => card.scale === scale;
  return [...networks.filter(isOwn), ...networks.filter(network => network.bytes === 0 && !isOwn(network))];
}

/** How a scale comes about; undefined where the network is made for it. */
export function detour({ card }: NetworkChoice, scale: number): string | undefined {
  if (card.scale === scale) return undefined;
  const then = card.scale > scale ? 'then made smaller' : 'then made larger';
  return `Enlarged ${card.scale} times by this one, ${then} (bicubic).`;
}
