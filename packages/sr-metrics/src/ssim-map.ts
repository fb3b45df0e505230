/** SSIM place by place. */
import type { DistanceMap, Images } from './metric.js';
import { type Plane, type PlaneOptions, planePairs } from './planes.js';
import { RADIUS, SIZE } from './ssim-constants.js';
import { meanOverWindows, sumOfSsim } from './ssim-moments.js';

/** The map of `ssim.map`. */
export async function ssimMap(result: Images, reference: Images, options: PlaneOptions = {}): Promise<DistanceMap[]> {
  const pairs = await planePairs(result, reference, options, { what: 'ssim.map', leastSize: SIZE });
  return pairs.map(planes => {
    const maps = Array.from(planes(), ([a, b]) => mapOf(a, b));
    const { width, height } = maps[0]!;
    const data = Float32Array.from({ length: width * height }, (_, i) => {
      return maps.reduce((sum, map) => sum + map.data[i]!, 0) / maps.length;
    });
    return { data, width, height };
  });
}

/** Of one channel; where no window lies around a pixel, that of the nearest. */
function mapOf(a: Plane, b: Plane): DistanceMap {
  const { width, height } = a;
  const rows: Float64Array[] = [];
  meanOverWindows(a, b, moments => {
    const row = Float64Array.from({ length: moments.length / 4 }, (_, i) => sumOfSsim(moments.slice(4 * i, 4 * i + 4)));
    rows.push(row);
    return 0;
  });
  const data = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = rows[inside(y - RADIUS, rows.length)]!;
    for (let x = 0; x < width; x++, i++) data[i] = row[inside(x - RADIUS, row.length)]!;
  }
  return { data, width, height };
}

function inside(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
