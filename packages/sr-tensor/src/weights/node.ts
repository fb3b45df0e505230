export * from './cache-folder.js';
export * from './convert-weights.js';
export type { DownloadOptions, DownloadProgress } from './download.js';
export * from './fetch-known-weights.js';
export * from './find-weights.js';
export * from './inspect-weights.js';
export { readWeightFile } from './read-weight-file.js';
export { writeFileAtomic } from './write-file-atomic.js';
export * from './write-weight-file.js';
