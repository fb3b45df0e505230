/** Masks of the largest segments of a label map, for losses and distances that go region by region. */
import { checkPicture, type Picture, SrError } from 'sr-tensor';

export interface SegmentMasksOptions {
  /** How many segments have a mask of their own; one more mask is for the rest. Default 6 (TSRN-S). */
  segments?: number;
  /** Labels that count as no label: their pixels belong to the rest. Default none; 255 is COCO-Stuff's "unlabelled". */
  ignore?: readonly number[];
}

/** The masks and what they show. */
export interface SegmentMasks {
  /** As many as asked for and one more; 255 inside, 0 outside. */
  readonly masks: readonly Picture[];
  /** The label of each mask that is a segment, by area, largest first. The masks behind them show the rest. */
  readonly labels: readonly number[];
}

/**
 * The largest segments of a label map as masks, and the rest as the last one.
 *
 * As the first document of texture-based super-resolution has it: the six largest classes by pixel count, the seventh mask
 * is what none of them covers. With fewer classes the mask of the rest is repeated, so that their number is always the same;
 * where nothing is labelled, all are masks of the whole picture. The masks that are not repeated partition the picture.
 *
 * @param map one channel of labels, 8 or 16 bits; to be cropped and resized (nearest) like its picture beforehand
 * @returns `segments + 1` masks of one channel in 8 bits. `pictureToTensor` and a concat along the channels make a tensor
 *   `[1, height, width, 7]` of them; `gramDistance` takes them as they are
 * @throws `picture/invalid`, `data/labels` if the map has several channels or holds floats, `data/option`
 * @see Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV
 *   Workshops 2018, section 5
 * @example
 * const map: Picture = { data: Uint8Array.of(7, 7, 3, 255), width: 2, height: 2, channels: 1 };
 * const { masks, labels } = segmentMasks(map, { ignore: [255] }); // seven masks; labels 7 and 3
 */
export function segmentMasks(map: Picture, options: SegmentMasksOptions = {}): SegmentMasks {
  const labels = largestLabels(map, options);
  const { data, width, height } = map;
  const { segments = defaultSegments } = options;
  const mask = (inside: (label: number) => boolean): Picture => ({
    data: Uint8Array.from(data, label => (inside(label) ? 255 : 0)),
    width,
    height,
    channels: 1,
  });
  const shown = new Set(labels);
  const rest = mask(label => !shown.has(label));
  const own = labels.map(label => mask(other => other === label));
  return { masks: [...own, ...new Array<Picture>(segments + 1 - own.length).fill(rest)], labels };
}

/** The labels of the largest segments of a map, the largest first; of equal areas the lower label. */
export function largestLabels(map: Picture, options: SegmentMasksOptions = {}): number[] {
  const { segments = defaultSegments, ignore = [] } = options;
  checkPicture(map, 'segmentMasks: map');
  const { data, channels } = map;
  if (channels !== 1 || data instanceof Float32Array) {
    throw new SrError({
      code: 'data/labels',
      message: `segmentMasks: expected one channel of whole numbers, received ${channels} channels${data instanceof Float32Array ? ' of floats' : ''}.`,
    });
  }
  if (!Number.isInteger(segments) || segments < 1) {
    throw new SrError({
      code: 'data/option',
      message: `segmentMasks: expected segments to be an integer from 1, received ${segments}.`,
    });
  }
  const areas = new Uint32Array(2 ** 16);
  for (let i = 0; i < data.length; i++) areas[data[i]!]!++;
  for (const label of ignore) areas[label] = 0;
  // A stable order: it does not depend on the place.
  const labels = Array.from(areas, (_, label) => label).filter(label => areas[label]! > 0);
  return labels.sort((a, b) => areas[b]! - areas[a]! || a - b).slice(0, segments);
}

/** TSRN-S. */
const defaultSegments = 6;
