import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-small',
  description: 'The default: a plain stack of ten 3x3 convolutions on a bilinear base, for fidelity (L1).',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), T91 (91), 90 ImageNet photos: those of at least 192 x 192 pixels, low resolution by MATLAB bicubic x1/4',
  network: {
    name: 'compact',
    config: {
      scale: 4,
      channels: 32,
      depth: 8,
      base: 'bilinear',
    },
  },
  scale: 4,
  parameters: 88752,
  training: {
    recipe: 'compact',
    losses: 'L1, then L2',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0}',
    schedule: 'see phases',
    data: '{"batchSize":16,"patchSize":48,"augment":true}',
    emaDecay: 0.999,
    seed: 1,
    steps: 12000,
    iteration: 11250,
    seconds: 6643,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
    phases:
      'L1 to step 9,808 (cosine from 1e-3 planned over 14,000 steps, at step 5,054 shortened to 10,000), then L2 with a cosine from 2.2e-4 to the end',
  },
  results: {
    Set5: {
      psnr: 30.973,
      ssim: 0.8752,
    },
    Set14: {
      psnr: 27.877,
      ssim: 0.7631,
    },
    'BSD100-dev': {
      psnr: 27.317,
      ssim: 0.7187,
    },
  },
  sha256: 'be6408a1eb4ad6e1b360973087418bedccb80e6619bc8e2041a7c1e6de1a3892',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small.safetensors', import.meta.url),
};

export default model;
