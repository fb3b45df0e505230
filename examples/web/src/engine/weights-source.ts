/** Weights that come along, or that a person gave or trained here. */
import type { ModelCard } from 'sr-tensor/weights';

/** A module of sr-weights, or the bytes of a weight file, with something that no other has. */
export type WeightsSource =
  | { readonly card: ModelCard; readonly url: string }
  | { readonly bytes: Uint8Array; readonly id: string };

let files = 0;

/** A source of the page's own; its bytes go to the engine with each job. */
export function fileSource(bytes: Uint8Array): WeightsSource {
  files++;
  return { bytes, id: `file ${files}` };
}

/** What tells whether two are the same. */
export function idOf(source: WeightsSource): string {
  return 'url' in source ? source.url : source.id;
}

/** What the libraries load. */
export function weightsOf(source: WeightsSource): Extract<WeightsSource, { url: string }> | Uint8Array {
  return 'url' in source ? source : source.bytes;
}
