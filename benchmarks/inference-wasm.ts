/**
 * Enlarging a 512x512 picture in N worker threads of ours on wasm, and the same layers in N threads of onnxruntime-web.
 *
 * Ours is the whole way from 8-bit pixels to 8-bit pixels, tiles and their overlaps included; onnxruntime-web is given
 * and gives floats, and runs the ten convolutions and the pixel shuffle only.
 *
 * SR_PYTHON names an interpreter with onnx, which writes the model.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { compact, loadUpscaler } from 'sr-models';
import { Parameters } from 'sr-tensor';
import { inTurns, report, timed } from './support/measure.js';
import { onnxModel } from './support/onnx-model.js';

const size = 512;
const threads = availableParallelism();
console.log(`${threads} threads each`);

const network = compact();
const parameters = Parameters.create(network.parameters);
const upscaler = await loadUpscaler({ network, parameters }, { backend: 'wasm', workers: threads });
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => i % 251);
const picture = { data: pixels, width: size, height: size, channels: 3 } as const;

env.wasm.numThreads = threads;
const session = await InferenceSession.create(readFileSync(onnxModel()), { executionProviders: ['wasm'] });
const input = new Tensor(
  'float32',
  Float32Array.from(pixels, value => value / 255),
  [1, 3, size, size],
);

const contestants = {
  ours: timed(() => upscaler.upscale(picture)),
  'onnxruntime-web': timed(() => session.run({ input })),
};
report(await inTurns(contestants, { rounds: 5, count: 2 }), 'ours');
upscaler.dispose();
parameters.dispose();
await session.release();
// The threads of onnxruntime-web do not end by themselves.
process.exit();
