import { l2 } from './l2.js';
import { testLoss } from './testing/index.js';

testLoss(l2(), { name: 'l2', gradients: { order: 2 } });
testLoss(l2({ reduction: 'sum' }), { name: 'l2, summed', gradients: { order: 2 } });
