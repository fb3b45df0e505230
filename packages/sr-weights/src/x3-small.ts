import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x3-small',
  description: 'As x4-small, for x3: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/3',
  network: {
    name: 'compact',
    config: {
      scale: 3,
      channels: 32,
      depth: 9,
      base: 'bilinear',
    },
  },
  scale: 3,
  parameters: 91931,
  training: {
    recipe: 'x3-small',
    init: 'x4-small, in part',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":100,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":32,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.999,
    seed: 1,
    steps: 5000,
    iteration: 5000,
    seconds: 666,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 33.33,
      ssim: 0.9178,
    },
    Set14: {
      psnr: 29.706,
      ssim: 0.8297,
    },
    'BSD100-dev': {
      psnr: 28.995,
      ssim: 0.7931,
    },
  },
  sha256: '017e48224700af65d6ab4c60e711a9397d33b6acd36d3c1a306b12c70247f00f',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x3-small.safetensors', import.meta.url),
};

export default model;
