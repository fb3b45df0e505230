/** The styles that come along: a new one is an import and a line here. */
import bubbles from 'sr-weights/style-bubbles';
import facets from 'sr-weights/style-facets';
import ink from 'sr-weights/style-ink';
import loom from 'sr-weights/style-loom';
import mosaic from 'sr-weights/style-mosaic';
import waves from 'sr-weights/style-waves';
import type { WeightsSource } from './engine/weights-source.js';

export interface StyleChoice {
  readonly title: string;
  readonly about: string;
  readonly source: WeightsSource;
  /** More than one can be mixed. */
  readonly styles: number;
}

const shipped = [waves, mosaic, bubbles, facets, ink, loom];

/** Those that come along, and those that were opened from files in this tab. */
export const styles: StyleChoice[] = shipped.map(({ card, url }) => ({
  title: card.name.replace('style-', ''),
  about: card.description,
  source: { card, url: url.href },
  styles: Number(card.network.config.styles ?? 1),
}));
