import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-medium-texture',
  description:
    'x4-medium, fine-tuned for textures (Gram matrices, as TSRN): detail that looks right in place of pixels that are right on average.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
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
    seconds: 445,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 28.783,
      ssim: 0.8214,
      'lpips-alex': 0.1144,
      'lpips-squeeze': 0.0921,
    },
    Set14: {
      psnr: 26.071,
      ssim: 0.7076,
      'lpips-alex': 0.1851,
      'lpips-squeeze': 0.1267,
    },
    'BSD100-dev': {
      psnr: 25.821,
      ssim: 0.6707,
      'lpips-alex': 0.2307,
      'lpips-squeeze': 0.1165,
    },
  },
  sha256: '7d4a8ca66cd245ee9126ec5732f1036d65228fe72908784752e842496b2fcd9a',
  fidelity: 'x4-medium',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-medium-texture.safetensors', import.meta.url),
};

export default model;
