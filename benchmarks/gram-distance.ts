/**
 * The Gram distance of a pair of 512x512 and one forward pass of its network on a batch of two, on native TensorFlow: as deep
 * as the distance looks, and the whole network (all taps of LPIPS).
 *
 * Of the preset `inner` the matrices alone take 58 % of SqueezeNet's multiplications (2.1 of 3.7 GFLOP an image), whatever
 * the implementation; `literal`, the default, stops before the wide layers.
 *
 * The networks lie where SR_WEIGHTS_DIR says, default ../../shared/weights.
 */
import { dispose, randomUniform, type Tensor4D } from '@tensorflow/tfjs-core';
import { gramMetric } from 'gram-perceptual-metric';
import { loadAlexNet, loadSqueezeNet } from 'sr-features';
import { selectBackend } from 'sr-tensor/backend';
import { inTurns, report, timed } from './support/measure.js';

process.env.SR_WEIGHTS_DIR ??= '../../shared/weights';
const { device } = await selectBackend({ backend: 'native' });
console.log(device);

const pictures = (batch: number): Tensor4D => randomUniform([batch, 512, 512, 3], 0, 1, 'float32', 1);
const [one, other, both] = [pictures(1), pictures(1), pictures(2)];

for (const load of [loadSqueezeNet, loadAlexNet]) {
  const encoder = await load({ preprocessing: 'lpips' });
  for (const preset of ['literal', 'inner'] as const) {
    const metric = gramMetric({ encoder, preset });
    const forward = (layers: readonly string[]) => async () => {
      const features = encoder(both, { layers });
      // Waits for the values, as the distance does.
      await features[layers.at(-1)!]!.data();
      dispose(features);
    };
    console.log(`${metric.name}, ${preset}`);
    const contestants = {
      distance: timed(() => metric(one, other)),
      'forward to its layers': timed(forward(metric.layers)),
      'whole forward': timed(forward([encoder.layers.at(-1)!])),
    };
    report(await inTurns(contestants, { rounds: 10 }), 'distance');
  }
  encoder.dispose();
}
dispose([one, other, both]);
