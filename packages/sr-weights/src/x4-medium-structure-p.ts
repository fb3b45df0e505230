import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-medium-structure-p',
  description:
    'x4-medium, fine-tuned for structure (features of our extractor nse and a discriminator of them, as SPSR-P): detail that looks right in place of pixels that are right on average.',
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
    recipe: 'x4-medium-structure-p',
    init: 'x4-medium-adversarial',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.0005,"warmUp":50,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":25,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses:
      '{"pixel":{"kind":"l1","weight":1},"perceptual":{"kind":"feature","weight":0.2,"encoder":"perceptual","layers":["relu1","fire3","fire5","fire6","fire7","fire8","fire9"],"preset":"lpips"},"grid":{"kind":"grid","weight":2500,"period":4},"adversarial":{"kind":"adversarial","weight":0.005,"discriminator":"picture"},"content":{"kind":"discriminator-content","weight":0.03,"discriminator":"picture","preset":"softmax","calibration":10},"structure":{"kind":"structure","weight":1,"encoder":"structure","layer":"conv6"},"structureAdversarial":{"kind":"adversarial","weight":0.005,"discriminator":"structure"}}',
    encoders:
      '{"perceptual":{"network":"squeezenet","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1},"structure":{"network":"nse","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1}}',
    discriminators:
      '{"picture":{"network":{"name":"vgg-discriminator","config":{"size":96,"features":16}},"init":null,"sees":{"kind":"image"},"objective":"ragan","penalty":null,"optimizer":{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"constant","learningRate":0.0005,"warmUp":0},"clipNorm":null,"every":1},"structure":{"network":{"name":"vgg-discriminator","config":{"size":24,"channels":32,"features":16}},"init":null,"sees":{"kind":"features","encoder":"structure","layer":"conv6"},"objective":"ragan","penalty":null,"optimizer":{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"constant","learningRate":0.0005,"warmUp":0},"clipNorm":null,"every":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 4,
    emaDecay: 0.99,
    seed: 1,
    steps: 300,
    iteration: 300,
    seconds: 229,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 29.122,
      ssim: 0.8301,
      'lpips-alex': 0.1194,
      'lpips-squeeze': 0.0887,
    },
    Set14: {
      psnr: 26.497,
      ssim: 0.7217,
      'lpips-alex': 0.1863,
      'lpips-squeeze': 0.1292,
    },
    'BSD100-dev': {
      psnr: 26.175,
      ssim: 0.6847,
      'lpips-alex': 0.2371,
      'lpips-squeeze': 0.1221,
    },
  },
  sha256: '99d07c1794bad33281eea052559c5d95467652469c7bb983f4dba815f5a11548',
  fidelity: 'x4-medium',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-medium-structure-p.safetensors', import.meta.url),
};

export default model;
