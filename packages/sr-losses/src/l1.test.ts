import { l1 } from './l1.js';
import { testLoss } from './testing/index.js';

testLoss(l1(), { name: 'l1', gradients: { order: 2 } });
testLoss(l1({ reduction: 'sum' }), { name: 'l1, summed', gradients: { order: 2 } });
