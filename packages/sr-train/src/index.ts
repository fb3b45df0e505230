export { type BuildTrainerOptions, buildTrainer } from './build-trainer.js';
export { checkRecipe, defineRecipe } from './check-recipe.js';
export * from './checkpoint.js';
export { DiscriminatorPlayer } from './discriminator-player.js';
export * from './memory-store.js';
export { inSteps } from './phases.js';
export * from './recipe.js';
export { type RecipeFamily, recipeFamily } from './recipe-family.js';
export { recipeSchema } from './recipe-schema.js';
export * from './recipes/index.js';
export * from './resolve-recipe.js';
export { buildStructureTraining } from './structure/build-structure-training.js';
export * from './structure/pretext-task.js';
export {
  type StructureProtocolOptions,
  type StructureScore,
  structureProtocol,
} from './structure/structure-protocol.js';
export * from './structure/structure-training.js';
export { type BuildStyleTrainingOptions, buildStyleTraining } from './style/build-style-training.js';
export {
  type NamedPicture,
  type StyleObjective,
  type StyleScore,
  StyleTraining,
  type StyleTrainingOptions,
  type StyleTrainingState,
} from './style/style-training.js';
export { variedBatch } from './style/varied-batches.js';
export * from './train-steps.js';
export * from './trainer.js';
export type { TrainedNetwork, Training } from './training.js';
export * from './validation.js';
