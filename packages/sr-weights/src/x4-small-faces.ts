import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-small-faces',
  description:
    'Experimental: x4-small, fine-tuned with very few pictures, 34 photos of faces (30 of CelebA, for research that is not commercial, 4 of the demo of GFPGAN).',
  license: 'MIT',
  trainingData:
    'As x4-small; then 34 photos of faces (30 of CelebA, for research that is not commercial, 4 of the demo of GFPGAN); low resolution by MATLAB bicubic x1/4',
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
    recipe: 'x4-small-faces',
    init: 'x4-small',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.00005,"warmUp":50,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":32,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.99,
    seed: 1,
    steps: 500,
    iteration: 300,
    seconds: 34,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 31.376,
      ssim: 0.8829,
    },
    Set14: {
      psnr: 28.086,
      ssim: 0.7691,
    },
    'BSD100-dev': {
      psnr: 27.448,
      ssim: 0.7237,
    },
    '3 photos of this kind, kept out': {
      psnr: 30.601,
      ssim: 0.8303,
      'psnr of x4-small': 30.501,
      'ssim of x4-small': 0.8287,
    },
  },
  sha256: '5146b12ebd293b5958c9d499a3fb343113f46bea0598e53fba968a60455d9e57',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small-faces.safetensors', import.meta.url),
};

export default model;
