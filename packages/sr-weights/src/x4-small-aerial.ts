import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-small-aerial',
  description:
    'Experimental: x4-small, fine-tuned with very few pictures, 4 photos of one flight of a drone (Piero Toffanin, BSD 2-Clause).',
  license: 'MIT',
  trainingData:
    'As x4-small; then 4 photos of one flight of a drone (Piero Toffanin, BSD 2-Clause); low resolution by MATLAB bicubic x1/4',
  network: {
    name: 'compact',
    config: {
      scale: 4,
      channels: 32,
      depth: 9,
      base: 'bilinear',
    },
  },
  scale: 4,
  parameters: 98000,
  training: {
    recipe: 'x4-small-aerial',
    init: 'x4-small',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.00005,"warmUp":50,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1},"grid":{"kind":"grid","weight":100,"period":4}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.99,
    seed: 1,
    steps: 400,
    iteration: 400,
    seconds: 32,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 31.209,
      ssim: 0.88,
    },
    Set14: {
      psnr: 28.046,
      ssim: 0.7681,
    },
    'BSD100-dev': {
      psnr: 27.442,
      ssim: 0.7241,
    },
    '1 photos of this kind, kept out': {
      psnr: 26.144,
      ssim: 0.6585,
      'psnr of x4-small': 26.107,
      'ssim of x4-small': 0.6547,
    },
  },
  sha256: 'b2543ec0fe5c9eaa92b08dc2434320ddc8f25e07047e966023aa0dd6c951635b',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small-aerial.safetensors', import.meta.url),
};

export default model;
