import { dispose, grad, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type DiscriminatorContentPreset, discriminatorContent } from './discriminator-content.js';
import { smallEncoder, smallWeights } from './golden/small-encoder.js';
import { structureLoss } from './structure-loss.js';
import { testLoss } from './testing/index.js';

for (const preset of ['softmax', 'average'] as const) {
  testLoss((p, t) => discriminatorContent({ encoder: smallEncoder(smallWeights({ bias: 4 })), preset })(p, t), {
    name: `discriminatorContent, ${preset}`,
    constantTarget: true,
    // The softmax weights are constants on purpose: its gradient is held to its definition below, and to PyTorch's.
    gradients: preset === 'softmax' ? false : { order: 2 },
  });
}

const images = (seed: number): Tensor4D => {
  const random = new Random(seed);
  return tensor4d(
    Float32Array.from({ length: 120 }, () => random.uniform()),
    [2, 4, 5, 3],
  );
};

describeOnBackends('discriminatorContent', () => {
  // Akella et al., equation 7.
  test('has the gradient sum of w_i times that of s_i L_i, with w held constant', async () => {
    const weights = smallWeights();
    const encoder = smallEncoder(weights);
    const [prediction, target] = [images(1), images(2)];
    const scales = { first: 2, second: 0.5 };
    const content = discriminatorContent({ encoder, scales });
    const layers = (['first', 'second'] as const).map(layer => {
      const loss = structureLoss({ encoder, layer, norm: 'l2' });
      const [value, slopes] = [loss(prediction, target), grad((p: Tensor) => loss(p as Tensor4D, target))(prediction)];
      return { scale: scales[layer], value, slopes };
    });
    const scaled = await Promise.all(layers.map(async ({ scale, value }) => scale * (await value.data())[0]!));
    const shares = scaled.map(loss => Math.exp(loss) / scaled.reduce((sum, other) => sum + Math.exp(other), 0));
    const parts = await Promise.all(layers.map(({ slopes }) => slopes.data()));
    const expected = Float32Array.from(parts[0]!, (_, i) =>
      parts.reduce((sum, part, k) => sum + shares[k]! * layers[k]!.scale * part[i]!, 0),
    );
    const slopes = grad((p: Tensor) => content(p as Tensor4D, target))(prediction);
    await expectClose(slopes, expected, { tolerance: 1e-6 });
    dispose([prediction, target, slopes, ...weights, ...layers.flatMap(layer => [layer.value, layer.slopes])]);
  });

  test('calibrated counts 1 in every layer, on the mean of the batches', async () => {
    await expectNoLeaks(async () => {
      const weights = smallWeights();
      const batches = [1, 2, 3].map(seed => [images(seed), images(seed + 10)] as const);
      const content = await discriminatorContent({ encoder: smallEncoder(weights), preset: 'average' }).calibrate(
        batches,
      );
      const means = { first: 0, second: 0 };
      for (const batch of batches) {
        const terms = content.terms(...batch);
        // Each is half its loss, since there are two.
        for (const layer of ['first', 'second'] as const) means[layer] += ((await terms[layer].data())[0]! * 2) / 3;
        dispose(Object.values(terms));
      }
      await expectClose([means.first, means.second], [1, 1]);
      dispose([...weights, ...batches.flat()]);
    });
  });
});

test('refuses what it cannot calibrate, and unknown presets', async () => {
  const encoder = smallEncoder([]);
  await expect(discriminatorContent({ encoder }).calibrate([])).rejects.toMatchObject({ code: 'losses/calibration' });
  expect(() => discriminatorContent({ encoder, preset: 'max' as DiscriminatorContentPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('softmax or average') }),
  );
});
