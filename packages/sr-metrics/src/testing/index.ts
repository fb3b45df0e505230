export * from './test-metric.js';
export * from './test-no-reference-metric.js';
