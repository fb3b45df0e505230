import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-tiny',
  description:
    'The smallest: a plain stack of nine 3x3 convolutions of 16 channels on a bilinear base, for fidelity (L1); trained wide.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial), 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
  network: {
    name: 'compact',
    config: {
      scale: 4,
      channels: 16,
      depth: 7,
      base: 'bilinear',
    },
  },
  scale: 4,
  parameters: 23648,
  training: {
    recipe: 'x4-tiny',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.002,"warmUp":200,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":[0.5,1],"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.99,
    seed: 1,
    steps: 20000,
    iteration: 18000,
    seconds: 3109,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
    network:
      '{"name":"wide-compact","config":{"scale":4,"channels":16,"depth":7,"base":"bilinear","expansion":2,"identity":false}}',
  },
  results: {
    Set5: {
      psnr: 30.891,
      ssim: 0.8746,
    },
    Set14: {
      psnr: 27.864,
      ssim: 0.7624,
    },
    'BSD100-dev': {
      psnr: 27.309,
      ssim: 0.7177,
    },
  },
  sha256: '39445cc5c5e9d93eedcca81d43e57e951ca393b039ac6dbd1c586b9033834116',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-tiny.safetensors', import.meta.url),
};

export default model;
