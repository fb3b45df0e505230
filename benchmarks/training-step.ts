/**
 * A training step of ours on native TensorFlow and of PyTorch on the CPU: 10 convolutions 3x3, 32 channels, x4 pixel
 * shuffle, 16 patches 48x48 -> 192x192, L1, Adam. PyTorch in both of its memory layouts.
 *
 * SR_PYTHON names an interpreter with PyTorch.
 */
import { dispose, randomUniform, type Tensor4D } from '@tensorflow/tfjs-core';
import { l1 } from 'sr-losses';
import { selectBackend } from 'sr-tensor/backend';
import { adam } from 'sr-tensor/optimizers';
import { Trainer } from 'sr-train';
import { inTurns, report, startPython } from './support/measure.js';
import { plainNetwork } from './support/plain-network.js';

const { device } = await selectBackend({ backend: 'native' });
console.log(device);

const trainer = new Trainer({ network: plainNetwork(), loss: l1(), optimizer: adam({ learningRate: 1e-4 }) });
const input = randomUniform([16, 48, 48, 3]) as Tensor4D;
const target = randomUniform([16, 192, 192, 3]) as Tensor4D;

async function ours(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const terms = trainer.step({ input, target });
    await terms.loss!.data();
    times.push(performance.now() - started);
    dispose(terms);
  }
  return times;
}

const python = await startPython('training-step.py');
const times = await inTurns({
  ours,
  ...(python && { 'PyTorch NCHW': python.contestant('nchw'), 'PyTorch channels_last': python.contestant('nhwc') }),
});
python?.stop();
report(times, 'ours');
trainer.dispose();
