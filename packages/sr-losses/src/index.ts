export * from './charbonnier.js';
export type { Reduction } from './elementwise.js';
export * from './l1.js';
export * from './l2.js';
export * from './loss.js';
export * from './weighted.js';
