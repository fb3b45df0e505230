import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'x4-small-adversarial',
  description:
    'x4-small, fine-tuned for looks (a discriminator and what its layers see, as adversarial feature matching): detail that looks right in place of pixels that are right on average.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 100 x 100 pixels, 8 of them kept out to validate on; low resolution by MATLAB bicubic x1/4',
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
    recipe: 'x4-small-adversarial',
    first:
      '{"task":"super-resolution","name":"x4-small-adversarial","form":"small","source":"","network":{"name":"compact","config":{"scale":4,"channels":32,"depth":9,"base":"bilinear"}},"init":{"weights":"sr-weights/x4-small","partial":false,"widen":false},"optimizer":{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"cosine","learningRate":0.001,"warmUp":50,"minimum":0.000001},"steps":800,"data":{"batchSize":8,"patchSize":25,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null},"emaDecay":0.99,"clipNorm":null,"validation":{"every":200,"heldOut":8,"metrics":["lpips","psnr","ssim"]},"seed":1,"losses":{"pixel":{"kind":"l1","weight":1},"perceptual":{"kind":"feature","weight":0.2,"encoder":"perceptual","layers":["relu1","fire3","fire5","fire6","fire7","fire8","fire9"],"preset":"lpips"},"grid":{"kind":"grid","weight":2500,"period":4},"adversarial":{"kind":"adversarial","weight":0.005,"discriminator":"picture"},"content":{"kind":"discriminator-content","weight":0.03,"discriminator":"picture","preset":"softmax","calibration":10}},"encoders":{"perceptual":{"network":"squeezenet","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1}},"discriminators":{"picture":{"network":{"name":"vgg-discriminator","config":{"size":96,"features":16}},"init":null,"sees":{"kind":"image"},"objective":"ragan","penalty":null,"optimizer":{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"constant","learningRate":0.0005,"warmUp":0},"clipNorm":null,"every":1}},"phases":{},"generatorEvery":1,"accumulate":1,"jitter":4,"seconds":254.59}',
    init: 'x4-small-adversarial.first',
    task: 'super-resolution',
    form: 'small',
    optimizer: '{"kind":"muon","momentum":0.95,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.0003,"warmUp":50,"minimum":0.000001}',
    data: '{"batchSize":8,"patchSize":25,"augment":true,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    losses:
      '{"pixel":{"kind":"l1","weight":1},"perceptual":{"kind":"feature","weight":0.2,"encoder":"perceptual","layers":["relu1","fire3","fire5","fire6","fire7","fire8","fire9"],"preset":"lpips"},"grid":{"kind":"grid","weight":2500,"period":4},"adversarial":{"kind":"adversarial","weight":0.005,"discriminator":"picture"},"content":{"kind":"discriminator-content","weight":0.03,"discriminator":"picture","preset":"softmax","calibration":10}}',
    encoders:
      '{"perceptual":{"network":"squeezenet","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1}}',
    discriminators:
      '{"picture":{"network":{"name":"vgg-discriminator","config":{"size":96,"features":16}},"init":null,"sees":{"kind":"image"},"objective":"ragan","penalty":null,"optimizer":{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}},"schedule":{"kind":"constant","learningRate":0.0005,"warmUp":0},"clipNorm":null,"every":1}}',
    generatorEvery: 1,
    accumulate: 1,
    jitter: 4,
    emaDecay: 0.99,
    seed: 1,
    steps: 200,
    iteration: 200,
    seconds: 106,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads, products in BF16; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    Set5: {
      psnr: 29.137,
      ssim: 0.8292,
      'lpips-alex': 0.1284,
      'lpips-squeeze': 0.0942,
    },
    Set14: {
      psnr: 26.651,
      ssim: 0.7246,
      'lpips-alex': 0.194,
      'lpips-squeeze': 0.1368,
    },
    'BSD100-dev': {
      psnr: 26.258,
      ssim: 0.6854,
      'lpips-alex': 0.2535,
      'lpips-squeeze': 0.1346,
    },
  },
  sha256: '2b3c4f774822b7539f3c2de139c11b9f59e056dde139cbbe3064f88736d73bfe',
  fidelity: 'x4-small',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/x4-small-adversarial.safetensors', import.meta.url),
};

export default model;
