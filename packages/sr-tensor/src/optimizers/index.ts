export * from './adam.js';
export * from './lbfgs.js';
export * from './muon.js';
export * from './optimizer.js';
export * from './schedule.js';
export * from './sgd.js';
