/** vifp_mscale.m: windows of 2^(5 - scale) + 1 pixels for the scales 1 to 4, their deviation a fifth of that. */
export const vifpWindows: readonly { readonly size: number; readonly sigma: number }[] = [17, 9, 5, 3].map(size => ({
  size,
  sigma: size / 5,
}));

/** Variance of the visual noise, for values from 0 to 255: vifp_mscale.m. */
export const SIGMA_NOISE = 2;

/** Variances below count as zero: piq 0.8.0 (vifp_mscale.m has 1e-10). */
export const EPSILON = 1e-8;

/** The scales of 41 pixels have 41, 17, 7 and 3: one window fits into the coarsest. */
export const leastVifpSize = 41;
