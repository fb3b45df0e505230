import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x8-small',
  description: 'As x4-small, for x8: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), 53 pictures of T91, 90 ImageNet photos: those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/8',
  network: {
    name: 'compact',
    config: {
      scale: 8,
      channels: 32,
      depth: 9,
      base: 'bilinear',
    },
  },
  scale: 8,
  parameters: 139616,
  training: {
    recipe: 'x8-small',
    init: 'x4-small, in part',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":100,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":24,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.999,
    seed: 1,
    steps: 4000,
    iteration: 4000,
    seconds: 408,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 26.144,
      ssim: 0.7387,
    },
    Set14: {
      psnr: 24.391,
      ssim: 0.6177,
    },
    'BSD100-dev': {
      psnr: 24.664,
      ssim: 0.5847,
    },
  },
  sha256: '3a1b314ee71565b3452b58e9d2c74f9879f4073b4403bbbc41e25c60972d590d',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x8-small.safetensors', import.meta.url),
};

export default model;
