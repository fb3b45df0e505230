import { expect, test } from 'vitest';
import { alexNet } from './alexnet.js';
import { denseNet169 } from './densenet.js';
import {
  type FeatureNetwork,
  headParameters,
  layersUpTo,
  shapeOf,
  sizeAfter,
  tapsOf,
  withPooling,
} from './feature-network.js';
import { caffeGoogLeNet, googLeNet } from './googlenet.js';
import { resNet18, resNet50 } from './resnet.js';
import { squeezeNet } from './squeezenet.js';
import { vgg16, vgg19 } from './vgg.js';

const networks = [alexNet, squeezeNet, vgg16, vgg19, googLeNet, caffeGoogLeNet, resNet18, resNet50, denseNet169];

/** Trainable numbers, as PyTorch counts `parameters()`. */
function count(network: FeatureNetwork, withHead: boolean): number {
  const { parameters, channels } = shapeOf(network.layers);
  const units = sizeAfter(network.layers, network.inputSize) ** 2;
  const all = { ...parameters, ...(withHead && headParameters(network.head, channels, units)) };
  return Object.values(all)
    .filter(({ trainable }) => trainable !== false)
    .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
}

/** Receptive field and stride. */
function field(network: FeatureNetwork, tap: string): [number, number] {
  const { receptiveField, stride } = shapeOf(network.layers).taps.get(tap)!;
  return [receptiveField, stride];
}

test('the parameters are as many as published', () => {
  // Of the features: counted from the shapes in the papers.
  expect(count(vgg19, false)).toBe(20_024_384);
  expect(count(vgg16, false)).toBe(14_714_688);
  expect(count(alexNet, false)).toBe(2_469_696);
  expect(count(squeezeNet, false)).toBe(722_496);
  // Of the whole: torchvision's table of weights ("num_params"); GoogLeNet without its auxiliary classifiers.
  expect(count(alexNet, true)).toBe(61_100_840);
  expect(count(vgg16, true)).toBe(138_357_544);
  expect(count(vgg19, true)).toBe(143_667_240);
  expect(count(squeezeNet, true)).toBe(1_235_496);
  expect(count(googLeNet, true)).toBe(6_624_904);
  expect(count(resNet18, true)).toBe(11_689_512);
  expect(count(resNet50, true)).toBe(25_557_032);
  expect(count(denseNet169, true)).toBe(14_149_480);
});

test('receptive fields and strides are the known ones', () => {
  // Computed by hand from the layers: each 3 x 3 adds twice the stride, each pool of 2 the stride once.
  expect(field(vgg19, 'relu2_2')).toEqual([14, 2]);
  expect(field(vgg19, 'relu3_4')).toEqual([48, 4]);
  expect(field(vgg19, 'relu4_4')).toEqual([116, 8]);
  expect(field(vgg19, 'relu5_2')).toEqual([188, 16]);
  expect(field(vgg19, 'conv5_4')).toEqual([252, 16]);
  expect(field(vgg16, 'relu1_2')).toEqual([5, 1]);
  expect(field(vgg16, 'relu2_2')).toEqual([14, 2]);
  expect(field(vgg16, 'relu3_3')).toEqual([40, 4]);
  expect(field(vgg16, 'relu4_3')).toEqual([92, 8]);
  expect(field(vgg16, 'relu5_3')).toEqual([196, 16]);
  expect(['relu1', 'relu2', 'relu3', 'relu4', 'relu5'].map(tap => field(alexNet, tap))).toEqual([
    [11, 4],
    [51, 8],
    [99, 16],
    [131, 16],
    [163, 16],
  ]);
  // The stride that SPSR states for its structure features.
  expect(field(resNet18, 'conv4_2')[1]).toBe(16);
});

test('the first unit begins in the padding', () => {
  expect(shapeOf(alexNet.layers).taps.get('relu1')!.start).toBe(-2);
  expect(shapeOf(vgg19.layers).taps.get('relu1_2')!.start).toBe(-2);
  expect(shapeOf(vgg19.layers).taps.get('relu2_1')!.start).toBe(-4);
  expect(shapeOf(squeezeNet.layers).taps.get('pool1')!.start).toBe(0);
});

test('names no tap twice', () => {
  for (const { layers } of networks) expect(new Set(tapsOf(layers)).size).toBe(tapsOf(layers).length);
});

test('cuts behind the deepest layer, and lists the layers for a name that there is not', () => {
  expect(layersUpTo(vgg16.layers, ['relu1_1', 'conv1_2'], 'vgg16')).toHaveLength(3);
  expect(() => layersUpTo(alexNet.layers, ['relu6'], 'alexnet')).toThrow(
    /alexnet: expected one of the layers conv1, relu1, pool1, .*; received "relu6"/,
  );
});

test("DISTS's pooling sees a pixel more and halves upwards", () => {
  const layers = withPooling(vgg16.layers, 'l2');
  expect(shapeOf(layers).taps.get('relu2_2')!.receptiveField).toBe(15);
  expect(sizeAfter(layersUpTo(layers, ['relu2_2'], 'vgg16'), 35)).toBe(18);
  expect(sizeAfter(layersUpTo(vgg16.layers, ['relu2_2'], 'vgg16'), 35)).toBe(17);
});
