import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'style-loom',
  description: 'Paints in the manner of a picture of our own: woven cloth of many colours.',
  license: 'MIT',
  trainingData:
    "BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 8 of them kept out to validate on; the style's picture is made by tools/style-pictures.mjs",
  network: {
    name: 'style',
    config: {
      channels: 12,
      blocks: 5,
      norm: 'instance',
      padding: 'reflect',
      upsampling: 'nearest',
      output: 'paper',
      styles: 1,
    },
  },
  scale: 1,
  parameters: 240915,
  training: {
    recipe: 'johnson-style',
    init: 'a network of ours, see docs/styles.md',
    task: 'style',
    form: 'small',
    source:
      'Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, sections 3 and 4.1',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":0,"minimum":0.00001}',
    data: '{"batchSize":2,"patchSize":192,"augment":"flip","prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    style: 'loom.jpg',
    styleSize: 256,
    losses:
      '{"content":{"kind":"feature","weight":5,"encoder":"feature","layers":["fire3"],"preset":"fast-neural-style"},"style":{"kind":"style","weight":1,"encoder":"feature","layers":{"relu1":10000000,"fire2":300000,"fire4":1000,"fire6":20},"preset":"fast-neural-style"},"smoothness":{"kind":"total-variation","weight":3e-7,"preset":"johnson","reduction":"batch-mean"}}',
    encoders:
      '{"feature":{"network":"squeezenet","weights":null,"config":{},"preprocessing":null,"pooling":"max","seed":1}}',
    emaDecay: 0,
    seed: 1,
    steps: 300,
    iteration: 300,
    seconds: 313,
    hardware: 'Intel(R) Xeon(R) Processor, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    'BSD100-dev, 10 pictures of 256 x 256': {
      objective: 184.42,
      'objective of the photo itself': 1080.84,
      'iterations of L-BFGS to come as low': 31,
    },
  },
  sha256: '46c22080af4b191846bb33a0665b7fed397999017993e97b68fbca2ef2b25849',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/style-loom.safetensors', import.meta.url),
};

export default model;
