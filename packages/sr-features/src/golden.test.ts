import { readFile } from 'node:fs/promises';
import { slice, type Tensor, type Tensor2D, type Tensor4D, tensor, tidy } from '@tensorflow/tfjs-core';
import { pictureToTensor, Random, zeros } from 'sr-tensor';
import {
  assetsFolder,
  describeOnBackends,
  expectClose,
  expectNoLeaks,
  gradientsOf,
  randomWeights,
} from 'sr-tensor/testing';
import { readWeights, type WeightTensor } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { alexNet } from './alexnet.js';
import { createClassifier } from './classifier.js';
import { createEncoder } from './create-encoder.js';
import { denseNet169 } from './densenet.js';
import { type FeatureNetwork, headParameters, shapeOf } from './feature-network.js';
import golden from './golden/features.json' with { type: 'json' };
import { caffeGoogLeNet, googLeNet } from './googlenet.js';
import { loadEncoder } from './load-encoder.js';
import { resNet18, resNet50 } from './resnet.js';
import { squeezeNet } from './squeezenet.js';
import { vgg16, vgg19 } from './vgg.js';

/** What the oracle says of a tensor; means and samples in units of the root mean square. */
interface Description {
  shape: number[];
  rms: number;
  mean: number;
  samples: number[];
}

interface Case {
  size: number[];
  taps: Record<string, Description>;
  logits?: Description;
}

const { tolerance, seed } = golden;
/** Of every random case; the real ones have that of their training. */
const preprocessing = 'torchvision';
const randomCases = golden.random as unknown as Record<string, Case>;
const realCases = golden.real as unknown as (Case & { network: string; weights: string; picture: string })[];

const networks = Object.fromEntries(
  [alexNet, squeezeNet, vgg16, vgg19, googLeNet, caffeGoogLeNet, resNet18, resNet50, denseNet169].map(network => [
    network.name,
    network,
  ]),
) as Record<string, FeatureNetwork>;

/** What a backend has the time for: the same layers, so that the large networks are needed once. */
const small = ['alexnet', 'squeezenet1_1'];
const medium = [...small, 'vgg16', 'googlenet', 'resnet18'];
const isTried = (network: string, backend: string): boolean =>
  backend === 'native' || (backend === 'wasm' ? medium : small).includes(network);

/** Of the network that was asked for last; with its head. */
let drawn: { name: string; weights: Map<string, WeightTensor> } | undefined;
function weightsOf(name: string): Map<string, WeightTensor> {
  if (drawn?.name === name) return drawn.weights;
  const { layers, head } = networks[name]!;
  const { parameters, channels } = shapeOf(layers);
  const isSmall = !head.some(layer => layer.type === 'flatten');
  const specs = { ...parameters, ...(isSmall && headParameters(head, channels, 1)) };
  drawn = { name, weights: randomWeights(seed)(specs) };
  return drawn.weights;
}

function picture([height, width]: readonly number[]): Tensor4D {
  const random = new Random(seed);
  const values = Float32Array.from({ length: height! * width! * 3 }, () => random.int(256) / 255);
  return tensor(values, [1, height!, width!, 3]);
}

async function expectDescribed(x: Tensor, { shape, rms, mean, samples }: Description): Promise<void> {
  expect(x.shape).toEqual(shape);
  const values = await x.data();
  let squares = 0;
  let sum = 0;
  for (const value of values) {
    squares += value * value;
    sum += Math.abs(value);
  }
  const scale = Math.sqrt(squares / values.length);
  const received = samples.map((_, i) => values[Math.floor((i * values.length) / samples.length)]! / rms);
  await expectClose([scale / rms, sum / values.length / rms, ...received], [1, mean, ...samples], { tolerance });
}

test('random weights are those of the oracle, bit by bit', () => {
  for (const { name, shape, values } of golden.weights) {
    const layout = shape.length === 4 ? 'conv' : 'plain';
    const [out, channels, rows, columns] = shape;
    const own = shape.length === 4 ? [rows!, columns!, channels!, out!] : shape;
    const drawn = randomWeights(2 ** 31 + 7)({ [name]: { shape: own, layout, init: zeros } });
    expect(drawn.get(name)!.data).toEqual(Float32Array.from(values));
  }
});

describeOnBackends('feature networks', backend => {
  for (const [name, { size, taps, logits }] of Object.entries(randomCases)) {
    if (!isTried(name, backend)) continue;

    test(`${name}: every tap equals torchvision's on a picture of odd size`, async () => {
      const images = picture(size);
      await expectNoLeaks(async () => {
        const encoder = createEncoder(networks[name]!, weightsOf(name), { preprocessing });
        const layers = Object.keys(taps);
        const maps = encoder(images, { layers });
        expect(Object.keys(maps).sort()).toEqual([...layers].sort());
        for (const layer of layers) {
          await expectDescribed(maps[layer]!, taps[layer]!).catch(error => {
            throw new Error(`${layer}: ${error.message}`);
          });
          maps[layer]!.dispose();
        }
        encoder.dispose();
        if (logits === undefined) return;
        const classifier = createClassifier(networks[name]!, weightsOf(name), { preprocessing });
        const scores: Tensor2D = classifier.logits(images);
        await expectDescribed(scores, logits);
        scores.dispose();
        classifier.dispose();
      });
      images.dispose();
    });
  }

  for (const { network, tap, ...expected } of golden.gradients) {
    if (!isTried(network, backend)) continue;

    test(`${network}: the gradient of ${tap} equals autograd's`, async () => {
      const images = picture(randomCases[network]!.size);
      const encoder = createEncoder(networks[network]!, weightsOf(network), { layers: [tap], preprocessing });
      const shape = randomCases[network]!.taps[tap]!.shape;
      const random = new Random(seed + 1);
      const count = shape.reduce((product, n) => product * n, 1);
      const cotangent = tensor(
        Float32Array.from({ length: count }, () => random.uniform(-1, 1)),
        shape,
      );
      const encode = (x: Tensor): Tensor => encoder(x as Tensor4D, { layers: [tap] })[tap]!;
      const [dx] = tidy(() => gradientsOf(encode, [images], cotangent)) as [Tensor];
      await expectDescribed(dx, expected);
      for (const x of [images, cotangent, dx]) x.dispose();
      encoder.dispose();
    });
  }

  const assets = assetsFolder('weights');
  for (const { network, weights, picture: file, size, taps, logits } of realCases) {
    if (backend === 'cpu') continue;

    test.skipIf(assets === undefined)(`${network} with ${weights}: every tap equals PyTorch's`, async () => {
      const { readPicture } = await import('sr-data/node');
      const whole = pictureToTensor(await readPicture(assetsFolder(file)!));
      const images = slice(whole, [0, 0, 0, 0], [1, size[0]!, size[1]!, 3]);
      const layers = Object.keys(taps);
      const encoder = await loadEncoder(networks[network]!, { weights: assetsFolder(weights)!, layers });
      const maps = encoder(images, { layers });
      for (const layer of layers) await expectDescribed(maps[layer]!, taps[layer]!);
      encoder.dispose();
      if (logits !== undefined) {
        const bytes = await readFile(assetsFolder(weights)!);
        const classifier = createClassifier(networks[network]!, readWeights(bytes));
        const scores = classifier.logits(images);
        await expectDescribed(scores, logits);
        scores.dispose();
        classifier.dispose();
      }
      for (const x of [whole, images, ...Object.values(maps)]) x.dispose();
    });
  }
});
