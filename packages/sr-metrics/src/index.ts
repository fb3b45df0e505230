export * from './evaluate.js';
export * from './metric.js';
export type { PlaneOptions } from './planes.js';
export * from './psnr.js';
export * from './ssim.js';
export type { SsimLossOptions } from './ssim-loss.js';
