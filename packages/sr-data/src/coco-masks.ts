/** Masks of COCO and COCO-Stuff annotations (Lin et al., ECCV 2014; Caesar et al., CVPR 2018). */
import { type Picture, SrError } from 'sr-tensor';
import type { SegmentMasks } from './segment-masks.js';

/** A mask as COCO's files hold it: lengths of runs of 0 and 1 in turn, column by column, as numbers or in COCO's text form. */
export interface CocoRle {
  readonly size: readonly [height: number, width: number];
  readonly counts: string | readonly number[];
}

/** What is used of an annotation. */
export interface CocoAnnotation {
  readonly image_id: number;
  readonly category_id: number;
  readonly area: number;
  /** Run lengths, as all of COCO-Stuff has; polygons (single things of COCO) are refused. */
  readonly segmentation: CocoRle | readonly (readonly number[])[];
}

/** What is used of an annotation file. */
export interface CocoFile {
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly annotations: readonly CocoAnnotation[];
}

/** An image of an annotation file with its annotations. */
export interface CocoImage {
  readonly width: number;
  readonly height: number;
  readonly annotations: readonly CocoAnnotation[];
}

/**
 * The images of an annotation file by file name; those without annotations are there too.
 *
 * @param file the parsed JSON, `stuff_train2017.json` for instance
 * @throws `data/coco` if it is not such a file
 * @example
 * const file = { images: [{ id: 1, file_name: 'a.jpg', width: 2, height: 2 }], annotations: [] };
 * const { masks } = cocoMasks(cocoImages(file).get('a.jpg')!);
 */
export function cocoImages(file: CocoFile): Map<string, CocoImage> {
  if (!Array.isArray(file?.images) || !Array.isArray(file.annotations)) {
    throw cocoError('cocoImages: expected the JSON of COCO annotations, with "images" and "annotations".');
  }
  const byId = new Map<number, CocoAnnotation[]>(file.images.map(({ id }) => [id, []]));
  for (const annotation of file.annotations) {
    const known = byId.get(annotation.image_id);
    if (known === undefined) {
      throw cocoError(`cocoImages: an annotation is of the image ${annotation.image_id}, which is not in the file.`);
    }
    known.push(annotation);
  }
  return new Map(
    file.images.map(({ id, file_name, width, height }) => [file_name, { width, height, annotations: byId.get(id)! }]),
  );
}

/**
 * The masks of the annotations with the largest areas, and one of what none of them covers.
 *
 * As in TSRN's code: the six annotations of largest `area`, the seventh mask is the complement of their union; with fewer
 * annotations it is repeated, without any all masks are the whole image.
 *
 * @param options.segments how many annotations have a mask of their own; default 6
 * @returns `segments + 1` masks in 8 bits, 255 inside; the labels are the categories
 * @throws `data/coco` for a mask that is damaged, of another size than the image, or a polygon
 * @example
 * const grass = { image_id: 1, category_id: 124, area: 2, segmentation: { size: [2, 2], counts: [0, 2, 2] } } as const;
 * const { masks, labels } = cocoMasks({ width: 2, height: 2, annotations: [grass] }); // seven masks; label 124
 */
export function cocoMasks(
  { width, height, annotations }: CocoImage,
  { segments = 6 }: { segments?: number } = {},
): SegmentMasks {
  const largest = [...annotations].sort((a, b) => b.area - a.area).slice(0, segments);
  const own = largest.map(({ segmentation }) => {
    if (!('counts' in segmentation)) {
      throw cocoError('cocoMasks: expected masks as run lengths (COCO-Stuff has them), received polygons.');
    }
    const mask = decodeCocoRle(segmentation);
    if (mask.width === width && mask.height === height) return mask;
    throw cocoError(
      `cocoMasks: expected masks of ${width} x ${height}, received one of ${mask.width} x ${mask.height}. Is it of another image?`,
    );
  });
  const data = Uint8Array.from({ length: width * height }, (_, i) => (own.some(mask => mask.data[i]! > 0) ? 0 : 255));
  const rest: Picture = { data, width, height, channels: 1 };
  return {
    masks: [...own, ...new Array<Picture>(segments + 1 - own.length).fill(rest)],
    labels: largest.map(({ category_id }) => category_id),
  };
}

/**
 * A mask of COCO's run lengths as a picture: 255 inside, 0 outside.
 *
 * @throws `data/coco` unless the runs fill the size exactly
 * @see `rleFrString` and `rleDecode` of the COCO API (maskApi.c)
 * @example
 * const mask = decodeCocoRle({ size: [2, 2], counts: [1, 2, 1] }); // 0, 255; 255, 0
 */
export function decodeCocoRle({ size: [height, width], counts }: CocoRle): Picture {
  const runs = typeof counts === 'string' ? parseRuns(counts) : counts;
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== width * height || runs.some(run => !(run >= 0))) {
    throw cocoError(`decodeCocoRle: expected runs of ${width} x ${height} pixels in all, received ${total}.`);
  }
  const data = new Uint8Array(width * height);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    const end = at + run;
    if (i % 2 === 0) at = end;
    else for (; at < end; at++) data[(at % height) * width + Math.floor(at / height)] = 255;
  }
  return { data, width, height, channels: 1 };
}

/**
 * COCO's text form: each run in characters of 6 bits from "0" on, 5 bits of value (lowest first) and one that says that more
 * follow; from the third on as the difference from the run before the last, with a sign.
 */
function parseRuns(text: string): number[] {
  const runs: number[] = [];
  for (let i = 0; i < text.length; ) {
    let value = 0;
    let weight = 1;
    let bits: number;
    do {
      bits = text.charCodeAt(i++) - 48;
      if (!(bits >= 0 && bits < 64)) throw cocoError('decodeCocoRle: the text of run lengths is damaged.');
      value += (bits & 31) * weight;
      weight *= 32;
    } while (bits & 32);
    if (bits & 16) value -= weight;
    runs.push(runs.length > 2 ? value + runs.at(-2)! : value);
  }
  return runs;
}

function cocoError(message: string): SrError {
  return new SrError({ code: 'data/coco', message });
}
