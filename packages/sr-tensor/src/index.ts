import '#gradients';

export * from './checks.js';
export * from './errors.js';
export * from './initializers.js';
export * from './network.js';
export * from './parameters.js';
export * from './picture.js';
export * from './random.js';
