/**
 * A metric by patches, as the first tables with LPIPS were made (TSRN, ECCV 2018, section 4.3): of each picture the largest
 * square in the middle whose side v is a multiple of the patch, cut into patches that do not overlap; the value is the mean
 * over them.
 *
 * The paper takes the "nearest" multiple of 64; only the one below has a square in the middle of every picture.
 */
import { cropPicture } from 'sr-data';
import { SrError } from 'sr-tensor';
import { defineMetric, type Images, type Metric } from './metric.js';
import { toPairs } from './planes.js';

export interface PatchMetric<Options extends object = object> extends Metric<Options> {
  /** The values of all patches, row by row, a list a picture; their common mean weighs pictures by their size. */
  patches(result: Images, reference: Images, options?: Options): Promise<Float64Array[]>;
}

/**
 * Measures patches instead of whole pictures.
 *
 * @param metric any that compares
 * @param options.size of a patch in pixels, default 64
 * @param options.name default `NAME-patch64`
 * @returns a metric; one value a picture, the mean over its patches
 * @throws when called: `picture/size` for pictures below a patch, and what the metric throws
 * @example
 * const perceptual = lpips({ encoder, linear: 'none' });
 * const [distance] = await byPatches(perceptual)(result, reference);
 */
export function byPatches<Options extends object>(
  metric: Metric<Options>,
  { size = 64, name = `${metric.name}-patch${size}` }: { size?: number; name?: string } = {},
): PatchMetric<Options> {
  const patches = async (result: Images, reference: Images, options?: Options): Promise<Float64Array[]> => {
    const values: Float64Array[] = [];
    for (const [picture, other] of await toPairs(result, reference, name)) {
      if (picture.width !== other.width || picture.height !== other.height) {
        throw new SrError({
          code: 'picture/size',
          message: `${name}: expected two pictures of one size, received ${picture.width} x ${picture.height} (result) and ${other.width} x ${other.height} (reference).`,
        });
      }
      const areas = patchesOf(picture.width, picture.height, size, name);
      const [of, to] = [picture, other].map(whole => areas.map(area => cropPicture(whole, area)));
      values.push(await metric(of!, to!, options));
    }
    return values;
  };
  const { direction, range, mode, reference } = metric;
  return defineMetric(
    async (result: Images, target: Images, options?: Options) =>
      Float64Array.from(
        await patches(result, target, options),
        values => values.reduce((sum, value) => sum + value) / values.length,
      ),
    { name, direction, range, mode, differentiable: false, reference, patches } as const,
  );
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function patchesOf(width: number, height: number, size: number, what: string): Area[] {
  const count = Math.floor(Math.min(width, height) / size);
  if (count === 0) {
    throw new SrError({
      code: 'picture/size',
      message: `${what}: expected pictures of at least ${size} x ${size}, received ${width} x ${height}.`,
    });
  }
  const left = Math.floor((width - count * size) / 2);
  const top = Math.floor((height - count * size) / 2);
  return Array.from({ length: count ** 2 }, (_, i) => ({
    left: left + (i % count) * size,
    top: top + Math.floor(i / count) * size,
    width: size,
    height: size,
  }));
}
