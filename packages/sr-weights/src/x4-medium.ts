import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-medium',
  description:
    'The largest: a plain stack of twelve 3x3 convolutions of 64 channels on a bilinear base, for fidelity (L1).',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial), 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
  network: {
    name: 'compact',
    config: {
      scale: 4,
      channels: 64,
      depth: 10,
      base: 'bilinear',
    },
  },
  scale: 4,
  parameters: 398768,
  training: {
    recipe: 'x4-medium',
    first:
      '{"task":"super-resolution","name":"x4-medium","form":"paper","source":"","network":{"name":"compact","config":{"scale":4,"channels":64,"depth":10,"base":"bilinear"}},"init":null,"optimizer":{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"cosine","learningRate":0.002,"warmUp":200,"minimum":0.000001},"steps":10000,"data":{"batchSize":8,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":[0.5,1],"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null},"emaDecay":0.99,"clipNorm":null,"validation":{"every":1000,"heldOut":8,"metrics":["psnr"]},"seed":1,"losses":{"pixel":{"kind":"l1","weight":1}},"encoders":{},"discriminators":{},"phases":{},"generatorEvery":1,"accumulate":1,"jitter":0,"seconds":2656.4}',
    init: 'x4-medium.first',
    task: 'super-resolution',
    form: 'paper',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":200,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":48,"augment":true,"prepare":[],"crop":"random","zoom":[0.4,1],"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses: '{"pixel":{"kind":"l1","weight":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 0,
    emaDecay: 0.99,
    seed: 1,
    steps: 15000,
    iteration: 15000,
    seconds: 3479,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 31.605,
      ssim: 0.8875,
    },
    Set14: {
      psnr: 28.214,
      ssim: 0.7732,
    },
    'BSD100-dev': {
      psnr: 27.65,
      ssim: 0.7299,
    },
  },
  sha256: '4bffcc0b50726f2b3754f1356ba89f47e07ff52aabd54d618031c10e6fbc9492',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-medium.safetensors', import.meta.url),
};

export default model;
