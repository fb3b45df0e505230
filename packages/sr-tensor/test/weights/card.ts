import type { ModelCard } from '../../src/weights/types.js';

/** A card with everything but the hash. */
export const card: ModelCard = {
  name: 'tiny',
  description: 'A network for tests.',
  network: { name: 'compact', config: { scale: 4, channels: 8 } },
  scale: 4,
  parameters: 12,
  license: 'MIT',
  trainingData: 'none',
  training: { recipe: 'compact', steps: 100, seed: 0 },
  results: { Set5: { psnr: 31.1, ssim: 0.88 } },
};
