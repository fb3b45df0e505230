import { dispose, slice, type Tensor, type Tensor4D, tensor4d, valueAndGrad, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from './golden/losses.json' with { type: 'json' };
import { smallEncoder, smallWeights } from './golden/small-encoder.js';
import {
  charbonnier,
  discriminatorContent,
  gradientMapLoss,
  gridLoss,
  histogramLoss,
  huber,
  type Loss,
  l1,
  l2,
  masked,
  structureLoss,
  totalVariation,
  weighted,
} from './index.js';

const { scales } = golden;
const shape = golden.shape as [number, number, number, number];

/** The losses with an encoder of these weights. */
function lossesOf(weights: Tensor[]): Record<keyof typeof golden.losses, Loss> {
  const encoder = smallEncoder(weights);
  const { layers } = encoder;
  return {
    l1: l1(),
    'l1 sum': l1({ reduction: 'sum' }),
    l2: l2(),
    'l2 sum': l2({ reduction: 'sum' }),
    'charbonnier basicsr': charbonnier({ preset: 'basicsr' }),
    'charbonnier lapsrn': charbonnier({ preset: 'lapsrn' }),
    'charbonnier lapsrn-paper': charbonnier({ preset: 'lapsrn-paper' }),
    'huber akella': huber(),
    'huber unit': huber({ preset: 'unit' }),
    'huber 0.1 sum': huber({ preset: 'unit', delta: 0.1, reduction: 'sum' }),
    weighted: weighted({ absolute: [0.25, l1()], squared: [2, l2()] }),
    'gridLoss 1, 2': gridLoss({ period: 1, window: 2 }),
    'gridLoss 2, 1': gridLoss({ period: 2, window: 1 }),
    'totalVariation johnson': totalVariation(),
    'totalVariation leftthomas': totalVariation({ preset: 'leftthomas' }),
    'totalVariation basicsr': totalVariation({ preset: 'basicsr' }),
    'totalVariation piq-l1': totalVariation({ preset: 'piq-l1' }),
    'totalVariation piq-l2': totalVariation({ preset: 'piq-l2' }),
    'totalVariation piq-l2-squared': totalVariation({ preset: 'piq-l2-squared' }),
    'totalVariation mahendran': totalVariation({ preset: 'mahendran' }),
    'totalVariation mahendran 1': totalVariation({ preset: 'mahendran', beta: 1 }),
    'gradientMapLoss paper': gradientMapLoss(),
    'gradientMapLoss code': gradientMapLoss({ preset: 'code' }),
    'gradientMapLoss replicate': gradientMapLoss({ paddingMode: 'replicate' }),
    masked: inColumns,
    'structureLoss l1': structureLoss({ encoder }),
    'structureLoss l2 first': structureLoss({ encoder, layer: 'first', norm: 'l2' }),
    'discriminatorContent softmax': discriminatorContent({ encoder, scales }),
    'discriminatorContent average': discriminatorContent({ encoder, scales, preset: 'average' }),
    'histogramLoss paper': histogramLoss({ encoder, layers }),
    'histogramLoss mean': histogramLoss({ encoder, layers, preset: 'mean' }),
    'histogramLoss other size': (prediction, target) =>
      histogramLoss({ encoder, layers })(prediction, slice(target, [0, 0, 0, 0], [-1, -1, 3, -1])),
  };
}

/** Two regions: the left column and the rest. */
const inColumns: Loss = (prediction, target) => {
  const mask = Array.from({ length: shape[1] * shape[2] }, (_, i) => (i % shape[2] === 0 ? [1, 0] : [0, 1])).flat();
  return masked(l2())(prediction, target, tensor4d(mask, [1, shape[1], shape[2], 2]));
};

describeOnBackends(`Losses equal ${golden.tool} ${golden.version}`, () => {
  test.each(Object.entries(golden.losses))('%s', async (name, expected) => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const [prediction, target] = [tensor4d(golden.prediction, shape), tensor4d(golden.target, shape)];
      const loss = lossesOf(weights)[name as keyof typeof golden.losses];
      const { value, grad } = valueAndGrad((x: Tensor) => loss(x as Tensor4D, target))(prediction);
      await expectClose(value, [expected.value], golden);
      await expectClose(grad, expected.gradient, golden);
      dispose([prediction, target, value, grad, ...weights]);
    });
  });
});

test.each(['l1', 'l2', 'charbonnier basicsr', 'huber unit', 'gradientMapLoss paper', 'structureLoss l1'] as const)(
  '%s says which shapes it received',
  name => {
    const weights = smallWeights();
    const [prediction, target] = [zeros([1, 4, 4, 3]), zeros([1, 4, 5, 3])] as [Tensor4D, Tensor4D];
    const message = expect.stringContaining('[1, 4, 4, 3] and [1, 4, 5, 3]');
    const loss = lossesOf(weights)[name];
    expect(() => loss(prediction, target)).toThrow(expect.objectContaining({ code: 'tensor/shape', message }));
    dispose([prediction, target, ...weights]);
  },
);
