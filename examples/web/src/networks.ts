/** The networks that enlarge: a new one is an import and a line here. */

import type { WeightModule } from 'sr-models';
import type { ModelCard } from 'sr-tensor/weights';
import small from 'sr-weights/x4-small';
import smallForm from 'sr-weights/x4-small-adversarial';
import tiny from 'sr-weights/x4-tiny';
import type { WeightsSource } from './engine/contract.js';

export interface NetworkChoice {
  readonly card: ModelCard;
  readonly source: WeightsSource;
  /** Its perceptual form. */
  readonly form?: WeightsSource | undefined;
  /** Bytes to load; 0: they are here already. */
  readonly bytes: number;
}

const shipped: { module: WeightModule; form?: WeightModule; bytes: number }[] = [
  { module: small, form: smallForm, bytes: 200_000 },
  { module: tiny, bytes: 51_000 },
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

/** The networks of a scale, those made for it first. */
export function networksFor(scale: number): NetworkChoice[] {
  const isOwn = ({ card }: NetworkChoice): boolean => card.scale === scale;
  return [...networks.filter(isOwn), ...networks.filter(network => !isOwn(network))];
}

/** How a scale comes about; undefined where the network is made for it. */
export function detour({ card }: NetworkChoice, scale: number): string | undefined {
  if (card.scale === scale) return undefined;
  const then = card.scale > scale ? 'then made smaller' : 'then made larger';
  return `No network of its own yet: enlarged ${card.scale} times by this one, ${then} (bicubic).`;
}
