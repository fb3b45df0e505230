import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x2-small',
  description: 'As x4-small, for x2: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/2',
  network: {
    name: 'compact',
    config: {
      scale: 2,
      channels: 32,
      depth: 9,
      base: 'bilinear',
    },
  },
  scale: 2,
  parameters: 87596,
  training: {
    recipe: 'x2-small',
    init: 'x4-small, in part',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":100,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.999,
    seed: 1,
    steps: 5000,
    iteration: 5000,
    seconds: 1165,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 37.095,
      ssim: 0.9567,
    },
    Set14: {
      psnr: 32.874,
      ssim: 0.9108,
    },
    'BSD100-dev': {
      psnr: 32.037,
      ssim: 0.8911,
    },
  },
  sha256: '5865412fd49b95a7f935e2a0f40055e51d31ec366d0416377d6a80041795991d',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x2-small.safetensors', import.meta.url),
};

export default model;
