export { folderStore } from './node/folder-store.js';
export type { JournalEntry } from './node/journal.js';
export { loadEncoders } from './node/load-encoders.js';
export { type TrainOptions, train } from './node/train.js';
export { TrainingRun, type TrainSummary } from './node/training-run.js';
export { validationMetrics } from './node/validation-metrics.js';
export type { ValidationFolders } from './node/validation-pictures.js';
