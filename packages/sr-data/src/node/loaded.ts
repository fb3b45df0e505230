import type { Picture } from 'sr-tensor';
import type { Regions } from '../regions.js';

/** RGB in 8 bits. */
export type Rgb = Picture & { readonly data: Uint8Array };

/** A picture, or a tile of one, ready for patches to be cut out. */
export interface Loaded {
  readonly hr: Rgb;
  /** Absent where low resolution is made for each patch, or not at all. */
  readonly lr?: Rgb;
  readonly regions?: Regions;
}
