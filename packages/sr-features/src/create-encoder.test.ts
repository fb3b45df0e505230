import { reverse, slice, type Tensor, type Tensor4D, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { averagePool2d, Parameters, Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import type { WeightTensor } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { alexNet } from './alexnet.js';
import { parseClasses } from './classifier.js';
import { createEncoder } from './create-encoder.js';
import { denseNet169 } from './densenet.js';
import { type FeatureNetwork, shapeOf } from './feature-network.js';
import { squeezeNet } from './squeezenet.js';

function picture(height: number, width: number, seed = 1): Tensor4D {
  const random = new Random(seed);
  const values = Float32Array.from({ length: height * width * 3 }, () => random.uniform());
  return tensor(values, [1, height, width, 3]);
}

/** One convolution that hands its input on, so that a tap shows what the network sees. */
const glass: FeatureNetwork = {
  name: 'glass',
  layers: [
    { type: 'conv', tap: 'seen', parameters: 'features.0', caffe: 'conv1', out: 3, kernel: 1, bias: false },
    { type: 'pool', tap: 'pooled', kind: 'max', window: 2 },
  ],
  head: [],
  preprocessing: 'torchvision',
  caffeMean: [104, 117, 123],
  inputSize: 4,
};
const clear: WeightTensor = { dtype: 'f32', shape: [3, 3, 1, 1], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) };
const clearGlass = new Map([['features.0.weight', clear]]);

describeOnBackends('createEncoder', () => {
  test('shows the network what its training showed it', async () => {
    const white = tensor4d([1, 0.5, 0], [1, 1, 1, 3]);
    const cases = {
      none: [1, 0.5, 0],
      signed: [1, 0, -1],
      torchvision: [(1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, -0.406 / 0.225],
      lpips: [1.03 / 0.458, 0.088 / 0.448, (-1 + 0.188) / 0.45],
      caffe: [-104, 127.5 - 117, 255 - 123],
    } as const;
    for (const [preprocessing, expected] of Object.entries(cases)) {
      const encoder = createEncoder(glass, clearGlass, { preprocessing: preprocessing as keyof typeof cases });
      const { seen } = encoder(white, { layers: ['seen'] });
      await expectClose(seen!, expected, { tolerance: 1e-6 });
      seen!.dispose();
      encoder.dispose();
    }
    white.dispose();
  });

  test('pools as asked', async () => {
    const images = picture(5, 4);
    for (const pooling of ['average', 'l2'] as const) {
      const encoder = createEncoder(glass, clearGlass, { pooling, preprocessing: 'none' });
      const { pooled } = encoder(images, { layers: ['pooled'] });
      if (pooling === 'average') {
        const expected = averagePool2d(images, { window: 2 });
        await expectClose(pooled!, expected, { tolerance: 1e-6 });
        expected.dispose();
      } else {
        // The window of the first unit reaches over the border by one: (1, 2, 1)/4 in each direction.
        expect(pooled!.shape).toEqual([1, 3, 2, 3]);
        const x = await images.array();
        const at = (row: number, column: number): number => x[0]![row]![column]![0]! ** 2;
        const mean = (4 * at(0, 0) + 2 * at(0, 1) + 2 * at(1, 0) + at(1, 1)) / 16;
        await expectClose([(await pooled!.data())[0]!], [Math.sqrt(mean)], { tolerance: 1e-6 });
      }
      pooled!.dispose();
      encoder.dispose();
    }
    images.dispose();
  });

  test('gradients with respect to the picture agree with central differences, of both orders', async () => {
    // Every kind of layer without kinks, which differences would cross; those with kinks have their own tests, and the
    // networks are compared with autograd's.
    const norm = { type: 'norm', parameters: 'norm' } as const;
    const conv = { type: 'conv', kernel: 3, padding: 1 } as const;
    const smooth: FeatureNetwork = {
      ...glass,
      layers: [
        { ...conv, parameters: 'first', out: 4, stride: 2 },
        norm,
        { type: 'response-norm', size: 3, alpha: 1, beta: 0.75 },
        { type: 'parallel', join: 'add', branches: [[], [{ ...conv, parameters: 'second', out: 4 }]] },
        { type: 'parallel', join: 'concat', branches: [[], [{ ...conv, parameters: 'third', out: 2 }]] },
        { type: 'pool', kind: 'l2', window: 3, stride: 2, padding: 1 },
        { type: 'pool', kind: 'average', window: 2, stride: 1, tap: 'last' },
      ],
    };
    const encoder = createEncoder(smooth, randomWeights(3), { preprocessing: 'signed' });
    const images = picture(9, 8, 2);
    const encode = (x: Tensor): Tensor => encoder(x as Tensor4D, { layers: ['last'] }).last!;
    await expectNoLeaks(() => checkGradients(encode, [images], { tolerance: 2e-3, order: 2, directions: 2 }));
    images.dispose();
    encoder.dispose();
  });

  test('leaves no tensors behind, and gives the same maps whatever else is asked for', async () => {
    const images = picture(33, 34);
    await expectNoLeaks(async () => {
      const encoder = createEncoder(squeezeNet, randomWeights(1));
      const one = encoder(images, { layers: ['relu1', 'fire3'] });
      const more = encoder(images, { layers: ['conv1', 'relu1', 'fire3/linear', 'fire3', 'fire4'] });
      await expectClose(one.relu1!, more.relu1!, { tolerance: 1e-6 });
      await expectClose(one.fire3!, more.fire3!, { tolerance: 1e-6 });
      for (const map of [...Object.values(one), ...Object.values(more)]) map.dispose();
      tidy(() => void encoder(images, { layers: ['fire9'] }));
      encoder.dispose();
    });
    images.dispose();
  });
});

describe('createEncoder', () => {
  test('takes files with the names of Caffe as trained on BGR', async () => {
    const caffe = createEncoder(glass, new Map([['conv1.weight', clear]]));
    expect(caffe.preprocessing).toBe('caffe');
    const images = picture(2, 2);
    const { seen } = caffe(images, { layers: ['seen'] });
    const turned = reverse(images, 3);
    const values = Array.from(await turned.data(), (value, i) => value * 255 - [104, 117, 123][i % 3]!);
    await expectClose(seen!, values, { tolerance: 1e-6 });
    const header = { tensors: clearGlass, metadata: { training: 'input BGR minus (104,117,123)' } };
    expect(createEncoder(glass, header).preprocessing).toBe('caffe');
    expect(createEncoder(glass, clearGlass).preprocessing).toBe('torchvision');
  });

  test('takes the published file of DenseNet, whose names have a dot more', () => {
    const { parameters } = shapeOf(denseNet169.layers.slice(0, 5));
    const own = randomWeights(1)(parameters);
    const published = new Map(
      [...own].map(([name, value]) => [name.replace(/(denselayer\d+\.(?:norm|conv))([12])/, '$1.$2'), value]),
    );
    expect([...published.keys()]).toContain('features.denseblock1.denselayer1.norm.1.weight');
    expect(() => createEncoder({ ...denseNet169, layers: denseNet169.layers.slice(0, 5) }, published)).not.toThrow();
  });

  test('loads no deeper than asked, and knows what it has', () => {
    const encoder = createEncoder(alexNet, randomWeights(1), { layers: ['relu2'] });
    expect(encoder.layers).toEqual(['conv1', 'relu1', 'pool1', 'conv2', 'relu2']);
    expect(encoder.geometry('relu2')).toEqual({ channels: 192, stride: 8, receptiveField: 51, start: -18 });
    expect(encoder.leastSize('relu1')).toBe(7);
    expect(() => encoder.geometry('relu3')).toThrow(/received "relu3"/);
    encoder.dispose();
  });

  test('leaves parameters that it was given to their owner', () => {
    const { parameters: specs } = shapeOf(glass.layers);
    const parameters = Parameters.fromWeights(specs, clearGlass);
    createEncoder(glass, parameters).dispose();
    expect(parameters.get('features.0.weight').isDisposed).toBe(false);
    parameters.dispose();
  });

  test('says what is wrong', () => {
    const encoder = createEncoder(alexNet, randomWeights(1), { layers: ['pool2'] });
    const images = picture(20, 40);
    expect(() => encoder(images, { layers: ['pool2'] })).toThrow(/at least 31 x 31 pixels.*received 20 x 40/);
    expect(() => encoder(images, { layers: ['fire2'] })).toThrow(/expected one of the layers conv1,/);
    expect(() => encoder(slice(images, [0, 0, 0, 0], [-1, -1, -1, 1]), { layers: [] })).toThrow(
      '[batch, height, width, 3]',
    );
    expect(() => createEncoder(alexNet, clearGlass)).toThrow(/The weights lack|expected the shape/);
  });
});

test('parseClasses takes the first of the synonyms', () => {
  expect(parseClasses('n01440764 tench, Tinca tinca\r\nn01443537 goldfish, Carassius auratus\n\n')).toEqual([
    'tench',
    'goldfish',
  ]);
  expect(parseClasses('a\nb c, d')).toEqual(['a', 'b c']);
});
