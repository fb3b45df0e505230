export * from './test-metric.js';
