/**
 * Inference of ours on native TensorFlow and of onnxruntime-node, one process, as many threads each: 10 convolutions
 * 3x3, 32 channels, x4 pixel shuffle, 256x256 -> 1024x1024.
 *
 * Ours is the function that `loadUpscaler` makes of a network; beside it, its operations one by one, as networks run whose
 * parameters change. SR_PYTHON names an interpreter with onnx, which writes the model.
 */
import { availableParallelism } from 'node:os';
import { type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { nativeFunction } from 'sr-models/export';
import { Parameters, runNetwork } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { inTurns, report, timed } from './support/measure.js';
import { onnxModel } from './support/onnx-model.js';
import { plainNetwork } from './support/plain-network.js';

const size = 256;
const threads = availableParallelism();
const { device } = await selectBackend({ backend: 'native', threads });
console.log(device);

const network = plainNetwork();
const model = { network, parameters: Parameters.create(network.parameters) };
const picture = Float32Array.from({ length: size * size * 3 }, (_, i) => (i % 251) / 250);
const session = await InferenceSession.create(onnxModel(), { intraOpNumThreads: threads, interOpNumThreads: 1 });

const compiled = await nativeFunction(model);
if (compiled === undefined) throw new Error('This addon takes no functions: run `npx sr native install`.');

function ours(apply: (images: Tensor4D) => Tensor4D): () => Promise<unknown> {
  return async () => {
    const y = tidy(() => apply(tensor4d(picture, [1, size, size, 3])));
    const values = await y.data();
    y.dispose();
    return values;
  };
}

async function theirs(): Promise<unknown> {
  const { output } = await session.run({ input: new Tensor('float32', picture, [1, 3, size, size]) });
  return output!.data;
}

const contestants = {
  ours: timed(ours(compiled)),
  'one by one': timed(ours(images => runNetwork(model, images).output)),
  'onnxruntime-node': timed(theirs),
};
report(await inTurns(contestants, { rounds: 10 }), 'ours');
compiled.dispose();
model.parameters.dispose();
await session.release();
