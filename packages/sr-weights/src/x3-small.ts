import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x3-small',
  description: 'As x4-small, for x3: its body was trained on.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial), 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/3',
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
    steps: 3000,
    iteration: 2500,
    seconds: 468,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 33.605,
      ssim: 0.9204,
    },
    Set14: {
      psnr: 29.844,
      ssim: 0.8324,
    },
    'BSD100-dev': {
      psnr: 29.102,
      ssim: 0.7961,
    },
  },
  sha256: 'f9f965f6597916b3e7ddf1a77b18a30cfd4ade829bab09d81b9aa0527bfcb6ac',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x3-small.safetensors', import.meta.url),
};

export default model;
