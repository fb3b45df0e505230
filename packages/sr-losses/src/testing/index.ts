export { type TestLossOptions, testLoss } from './test-loss.js';
