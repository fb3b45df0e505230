/** Section II of the paper: the constant that gave the best results, for values from 0 to 255. */
export const GMSD_CONSTANT = 170;
