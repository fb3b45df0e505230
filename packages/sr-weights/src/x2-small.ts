import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x2-small',
  description: 'As x4-small, for x2: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial), 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/2',
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
    init: 'x4-small',
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
    steps: 4000,
    iteration: 4000,
    seconds: 604,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 37.36,
      ssim: 0.9578,
    },
    Set14: {
      psnr: 33.059,
      ssim: 0.9126,
    },
    'BSD100-dev': {
      psnr: 32.136,
      ssim: 0.8928,
    },
  },
  sha256: '4129c299d0c23fac20358952a565487c0c9d8b2174910e2d2f1e86600c0685bf',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x2-small.safetensors', import.meta.url),
};

export default model;
