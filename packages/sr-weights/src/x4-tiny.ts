import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-tiny',
  description:
    'The smallest: a plain stack of nine 3x3 convolutions of 16 channels on a bilinear base, for fidelity (L1); trained wide.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
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
    steps: 40000,
    iteration: 40000,
    seconds: 5139,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
    network:
      '{"name":"wide-compact","config":{"scale":4,"channels":16,"depth":7,"base":"bilinear","expansion":2,"identity":false}}',
  },
  results: {
    Set5: {
      psnr: 30.877,
      ssim: 0.8732,
    },
    Set14: {
      psnr: 27.802,
      ssim: 0.7613,
    },
    'BSD100-dev': {
      psnr: 27.277,
      ssim: 0.7171,
    },
  },
  sha256: '881447950684c0fcc894db67fc25c8479016680b01bc7e2833fabe52e9492ac6',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-tiny.safetensors', import.meta.url),
};

export default model;
