import { SIZE } from './ssim-constants.js';

/** The exponents of the five scales, finest first: section 3.2 of the paper. */
export const msSsimWeights: readonly number[] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** The coarsest scale must hold the window, however sizes are rounded: 161. */
export const leastMsSsimSize: number = (SIZE - 1) * 2 ** (msSsimWeights.length - 1) + 1;
