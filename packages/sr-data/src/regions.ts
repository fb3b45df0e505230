/** The masks of a picture packed into one byte a pixel: bit k is set inside region k, no bit in the rest. */
import { type Picture, SrError } from 'sr-tensor';
import { largestLabels, type SegmentMasks, type SegmentMasksOptions } from './segment-masks.js';

/** A byte has room for so many. */
export const mostRegions = 8;

export interface Regions {
  /** One channel in 8 bits. */
  readonly picture: Picture;
  /** How many bits are in use; masks beyond them show the rest. */
  readonly count: number;
}

/** A map with more colours than this is a photo. No data set has as many classes. */
const mostColors = 1024;

/** The pixels without a label: 255 in grey maps (COCO-Stuff, CamVid, VOC's indices), the border in VOC's coloured maps. */
const unlabelled = { grey: [255], color: [0xe0e0c0] };

/** Packs masks as `segmentMasks` and `cocoMasks` give them. */
export function packRegions({ masks, labels }: SegmentMasks): Regions {
  const { width, height } = masks[0]!;
  const data = new Uint8Array(width * height);
  for (const [k, mask] of masks.slice(0, labels.length).entries()) {
    for (let i = 0; i < data.length; i++) if (mask.data[i]! > 0) data[i]! |= 1 << k;
  }
  return { picture: { data, width, height, channels: 1 }, count: labels.length };
}

/**
 * The largest regions of a map of labels, grey (a value is a label) or coloured (a colour is a label).
 *
 * @throws `data/labels` if the map has too many colours for one
 */
export function regionsOfMap(map: Picture, options: SegmentMasksOptions): Regions {
  const color = map.channels >= 3;
  const { ignore = color ? unlabelled.color : unlabelled.grey } = options;
  if (!color) return packLabels(map, { ...options, ignore });
  const { data, channels, width, height } = map;
  const numbers = new Map<number, number>();
  const indices = new Uint16Array(width * height);
  for (let i = 0, at = 0; i < indices.length; i++, at += channels) {
    const value = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    indices[i] = numbers.get(value)!;
    if (numbers.size > mostColors) {
      throw new SrError({
        code: 'data/labels',
        message: `expected a map of labels, received a picture of more than ${mostColors} colours`,
      });
    }
  }
  // In the order of the colours, so that regions of one size are ordered alike in every picture.
  const order = [...numbers.keys()].sort((a, b) => a - b);
  const rank = new Uint16Array(order.length);
  for (const [i, value] of order.entries()) rank[numbers.get(value)!] = i;
  const ranked: Picture = { data: indices.map(index => rank[index]!), width, height, channels: 1 };
  const ignored = ignore.filter(value => numbers.has(value)).map(value => rank[numbers.get(value)!]!);
  return packLabels(ranked, { ...options, ignore: ignored });
}

function packLabels(map: Picture, options: SegmentMasksOptions): Regions {
  const labels = largestLabels(map, options);
  const bits = new Uint8Array(2 ** 16);
  for (const [k, label] of labels.entries()) bits[label] = 1 << k;
  const data = new Uint8Array(map.data.length);
  for (let i = 0; i < data.length; i++) data[i] = bits[map.data[i]!]!;
  return { picture: { ...map, data }, count: labels.length };
}
