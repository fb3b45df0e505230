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
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":500,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":48,"augment":true}',
    emaDecay: 0.999,
    seed: 1,
    steps: 16000,
    iteration: 16000,
    seconds: 6910,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 31.045,
      ssim: 0.8777,
    },
    Set14: {
      psnr: 27.936,
      ssim: 0.7644,
    },
    'BSD100-dev': {
      psnr: 27.361,
      ssim: 0.7198,
    },
  },
  sha256: '6477db649f7de752bb875176f8fa274badd24a0e921d535435f3ab9f09c845c5',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small.safetensors', import.meta.url),
};

export default model;
