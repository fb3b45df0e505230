import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x8-small',
  description: 'As x4-small, for x8: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial), 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/8',
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
    init: 'x4-small',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.002,"warmUp":200,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":24,"augment":true,"prepare":[],"crop":"random","zoom":[0.5,1],"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1},"grid":{"kind":"grid","weight":100,"period":8}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.99,
    seed: 1,
    steps: 4000,
    iteration: 4000,
    seconds: 651,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 26.271,
      ssim: 0.7403,
    },
    Set14: {
      psnr: 24.442,
      ssim: 0.6194,
    },
    'BSD100-dev': {
      psnr: 24.695,
      ssim: 0.586,
    },
  },
  sha256: '5270bf1e460c1a8bba7122dad6a5bdf2a859b3a5b0af57bc236bbd58f7520c1d',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x8-small.safetensors', import.meta.url),
};

export default model;
