import type { ModelCard } from 'sr-tensor/weights';

// Written by tools/ship-model.mjs; the same card lies in the header of the file.
const card: ModelCard = {
  name: 'nse',
  description:
    'A structure extractor as in SPSR-P, trained by contextual prediction: features of 32 channels, stride 4.',
  license: 'MIT',
  trainingData:
    'BSDS500 train and test (400 photos, for research and education that are not commercial; its validation part, from which BSD100 comes, was not used), 53 pictures of T91 (published without a licence), 90 ImageNet photos (for research and education that are not commercial): those of at least 192 x 192 pixels, 16 of them kept out to validate on',
  network: {
    name: 'nse',
    config: {
      channels: 32,
      shortcut: 'pool',
      activation: 'none',
    },
  },
  scale: 1,
  parameters: 38944,
  training: {
    recipe: 'nse-contrastive',
    task: 'structure',
    form: 'small',
    source: 'Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3.4 and 4.1',
    optimizer: '{"kind":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8,"weightDecay":0,"rates":{}}',
    schedule: '{"kind":"cosine","learningRate":0.001,"warmUp":0,"minimum":0.000001}',
    data: '{"batchSize":4,"patchSize":192,"augment":false,"prepare":[],"crop":"random","zoom":null,"tiles":false,"degradation":{"kind":"bicubic"},"masks":null,"epoch":null}',
    pretext: '{"kind":"context","context":"horizontal","gamma":64,"hidden":128,"questions":64}',
    emaDecay: 0,
    seed: 1,
    steps: 1500,
    iteration: 1500,
    seconds: 897,
    hardware: 'AMD EPYC, 2 cores',
    software: 'TensorFlow 2.18.1, CPU, 2 threads; tfjs 4.22.0; Node 20.20.2; linux x64',
  },
  results: {
    'random extractor': {
      context: 0.0033,
      jigsaw: 0.046,
    },
    'Set14 and BSD100-dev': {
      context: 0.1098,
      jigsaw: 0.2015,
    },
  },
  sha256: '3d8a3bc2e89577fde0e61457c9b0c0b4e5c11ffaa002c063152d95999a11de0b',
};

const model: { readonly card: ModelCard; readonly url: URL } = {
  card,
  url: new URL('../weights/nse.safetensors', import.meta.url),
};

export default model;
