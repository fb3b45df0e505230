import { expect, test } from 'vitest';
import { type CharbonnierPreset, charbonnier } from './charbonnier.js';
import { testLoss } from './testing/index.js';

// methods.md of the published forms: BasicSR has epsilon^2 = 1e-12 and the mean, LapSRN's code 1e-6 and the sum.
testLoss(charbonnier(), { name: 'charbonnier, BasicSR', atEquality: 1e-6, gradients: { order: 2 } });
testLoss(charbonnier({ preset: 'lapsrn' }), {
  name: 'charbonnier, LapSRN',
  atEquality: elements => elements * 1e-3,
  gradients: { order: 2 },
});
testLoss(charbonnier({ preset: 'lapsrn-paper' }), {
  name: 'charbonnier, LapSRN as printed',
  // Two images.
  atEquality: elements => (elements * 1e-3) / 2,
  gradients: { order: 2 },
});
// Curved within epsilon: the error of a central difference grows with (step / epsilon)^2.
testLoss(charbonnier({ epsilon: 0.1 }), {
  name: 'charbonnier, epsilon 0.1',
  atEquality: 0.1,
  gradients: { order: 2, step: 2e-3 },
});

test('names the presets there are', () => {
  expect(() => charbonnier({ preset: 'paper' as CharbonnierPreset })).toThrow(
    expect.objectContaining({
      code: 'losses/preset',
      message: expect.stringContaining('basicsr or lapsrn or lapsrn-paper'),
    }),
  );
});
