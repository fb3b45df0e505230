/**
 * A training step of ours on native TensorFlow and of PyTorch on the CPU, in both of its memory layouts: the compact network,
 * SRResNet, and the RRDB network in its small form, each with the batches, the loss and the optimizer of its recipe.
 *
 * SR_PYTHON names an interpreter with PyTorch.
 */
import { dispose, randomUniform, type Tensor4D } from '@tensorflow/tfjs-core';
import { selectBackend } from 'sr-tensor/backend';
import { buildTrainer, type Recipe, resolveRecipe } from 'sr-train';
import { type Contestant, inTurns, report, startPython } from './support/measure.js';

const { device } = await selectBackend({ backend: 'native' });
console.log(device);

const recipes: Readonly<Record<string, Recipe>> = {
  compact: resolveRecipe('compact', { emaDecay: 0, optimizer: { kind: 'adam' } }),
  // What SRGAN begins with.
  srresnet: resolveRecipe('srgan', {
    phases: {},
    'losses.pixel.weight': 1,
    'losses.perceptual.weight': 0,
    'losses.adversarial.weight': 0,
  }),
  rrdb: resolveRecipe('rrdb-psnr', { form: 'small' }),
};

const python = await startPython('training-step.py');
for (const [name, recipe] of Object.entries(recipes)) {
  console.log(`\n${name}`);
  const times = await inTurns(
    {
      ours: stepsOf(recipe),
      ...(python && {
        'PyTorch NCHW': python.contestant(`${name}-nchw`),
        'PyTorch channels_last': python.contestant(`${name}-nhwc`),
      }),
    },
    // A step of SRResNet takes a second.
    { count: name === 'srresnet' ? 2 : 5 },
  );
  report(times, 'ours');
}
python?.stop();

/** Steps on the same batch of noise. */
function stepsOf(recipe: Recipe): Contestant {
  const trainer = buildTrainer(recipe);
  const { batchSize, patchSize } = recipe.data;
  const [side] = [patchSize].flat() as [number];
  const images = (size: number): Tensor4D => randomUniform([batchSize, size, size, 3]);
  const batch = { input: images(side), target: images(side * trainer.network.scale) };
  return async count => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      const terms = trainer.step(batch);
      await terms.pixel!.data();
      times.push(performance.now() - started);
      dispose(terms);
    }
    return times;
  };
}
