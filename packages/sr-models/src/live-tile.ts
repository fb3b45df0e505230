import type { Picture } from 'sr-tensor';
import type { Upscaler } from './upscaler.js';

/**
 * The size of tiles for those who watch: on small pictures several, so that something is seen early and every worker has its
 * share.
 *
 * @returns for `StripOptions.tile`; undefined: the usual ones
 * @example
 * const big = await upscaler.upscale(photo, { tile: liveTile(photo, upscaler) });
 */
export function liveTile({ width, height }: Picture, { network, backend: { backend } }: Upscaler): number | undefined {
  const longest = Math.max(width, height);
  // A GPU compiles a program for each shape, and is fast enough.
  if (backend === 'webgl' || backend === 'webgpu' || longest > 1024 || !(network.radius <= 16)) return undefined;
  return Math.min(longest, 128 + 2 * network.radius);
}
