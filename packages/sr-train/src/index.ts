export { buildTrainer } from './build-trainer.js';
export * from './checkpoint.js';
export * from './memory-store.js';
export * from './recipe.js';
export * from './recipes/index.js';
export * from './resolve-recipe.js';
export * from './train-steps.js';
export * from './trainer.js';
export * from './validation.js';
