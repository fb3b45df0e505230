import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-medium',
  description:
    'The largest: a plain stack of eleven 3x3 convolutions of 64 channels on a bilinear base, for fidelity (L1); it began with x4-small.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), 53 pictures of T91, 90 ImageNet photos: those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
  network: {
    name: 'compact',
    config: {
      scale: 4,
      channels: 64,
      depth: 9,
      base: 'bilinear',
    },
  },
  scale: 4,
  parameters: 361840,
  training: {
    recipe: 'x4-medium',
    init: 'x4-small, widened',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.0005,"warmUp":200,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.999,
    seed: 1,
    steps: 9000,
    iteration: 9000,
    seconds: 3023,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 31.218,
      ssim: 0.8814,
    },
    Set14: {
      psnr: 28.028,
      ssim: 0.7677,
    },
    'BSD100-dev': {
      psnr: 27.476,
      ssim: 0.7236,
    },
  },
  sha256: '77da4b8afa18308f3b7c85148cbd53dca70e4f7db559d1c556a827e61c065a50',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-medium.safetensors', import.meta.url),
};

export default model;
