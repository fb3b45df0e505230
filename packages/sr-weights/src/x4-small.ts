import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-small',
  description:
    'The default: a plain stack of eleven 3x3 convolutions of 32 channels on a bilinear base, for fidelity (L1); trained wide.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos; its validation part, from which BSD100 comes, was not used), 53 pictures of T91, 90 ImageNet photos: those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
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
    recipe: 'compact',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":500,"minimum":0.000001}',
    data: '{"batchSize":16,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    emaDecay: 0.999,
    seed: 1,
    steps: 24000,
    iteration: 17000,
    seconds: 2210,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
    network:
      '{"name":"wide-compact","config":{"scale":4,"channels":32,"depth":9,"base":"bilinear","expansion":2,"identity":false}}',
  },
  results: {
    Set5: {
      psnr: 31.18,
      ssim: 0.8801,
    },
    Set14: {
      psnr: 28.002,
      ssim: 0.7665,
    },
    'BSD100-dev': {
      psnr: 27.437,
      ssim: 0.722,
    },
  },
  sha256: 'ce063d1032ce875656d524d7d634164fc20e18dd22af9348d0859d1f2c29b78e',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small.safetensors', import.meta.url),
};

export default model;
