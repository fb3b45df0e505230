import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-medium-texture',
  description:
    'x4-medium, fine-tuned for textures (Gram matrices, as TSRN): detail that looks right in place of pixels that are right on average.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 100 x 100 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
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
    recipe: 'x4-medium-texture',
    init: 'x4-medium',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":50,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":25,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses:
      '{"pixel":{"kind":"l1","weight":1},"perceptual":{"kind":"feature","weight":0.3,"encoder":"perceptual","layers":["relu1","fire3","fire5","fire6","fire7","fire8","fire9"],"preset":"lpips"},"grid":{"kind":"grid","weight":1000,"period":4},"texture":{"kind":"texture","weight":3,"encoder":"perceptual","layers":["relu1","fire3","fire5","fire9"],"preset":"code"}}',
    encoders:
      '{"perceptual":{"network":"squeezenet","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 4,
    emaDecay: 0.99,
    seed: 1,
    steps: 2400,
    iteration: 2400,
    seconds: 378,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 28.834,
      ssim: 0.8238,
      'lpips-alex': 0.1083,
      'lpips-squeeze': 0.0927,
    },
    Set14: {
      psnr: 26.15,
      ssim: 0.708,
      'lpips-alex': 0.1826,
      'lpips-squeeze': 0.1265,
    },
    'BSD100-dev': {
      psnr: 25.796,
      ssim: 0.6707,
      'lpips-alex': 0.2298,
      'lpips-squeeze': 0.1162,
    },
  },
  sha256: '7f8531c78cf20e14a12f4a5b4ea1b8adea702ca125b93b10a80bbb439114cdbf',
  fidelity: 'x4-medium',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-medium-texture.safetensors', import.meta.url),
};

export default model;
