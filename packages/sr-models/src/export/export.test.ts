import { readFileSync } from 'node:fs';
import { type GraphModel, io, loadGraphModel } from '@tensorflow/tfjs';
import { type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import {
  conv2d,
  defineNetwork,
  kaimingNormal,
  type Model,
  Parameters,
  pixelShuffle,
  Random,
  runNetwork,
} from 'sr-tensor';
import { describeOnBackends, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { buildNetwork, type NetworkDescription } from '../build-network.js';
import { compact } from '../compact.js';
import { rrdbnet } from '../generators/rrdbnet.js';
import { type ExportOptions, exportGraphModel, exportOnnx, graphModelFiles } from './index.js';

// What generators.json calls tiny: every family.
const golden: { tiny: (NetworkDescription & { seed: number })[] } = JSON.parse(
  readFileSync(new URL('../golden/generators.json', import.meta.url), 'utf8'),
);
const networks = [
  ...golden.tiny,
  { name: 'compact', config: { scale: 3, channels: 4, depth: 1 }, seed: 1 },
  { name: 'compact', config: { scale: 2, channels: 4, depth: 1, base: 'bicubic' }, seed: 2 },
  { name: 'compact', config: { scale: 1, channels: 4, depth: 1, base: 'nearest' }, seed: 3 },
];
/** Batch, height and width; neither is the size that was recorded. */
const sizes = [
  [1, 7, 11],
  [2, 16, 5],
] as const;
/** In units of the deviation of the output. */
const tolerance = 1e-4;
/** Half-precision kernels are wrong by up to 2^-11 each. */
const halfTolerance = 0.03;

const mine = defineNetwork({
  name: 'mine',
  scale: 2,
  parameters: { 'up.weight': { shape: [3, 3, 3, 12], layout: 'conv', init: kaimingNormal() } },
  apply: (x, p) => pixelShuffle(conv2d(x, p('up')), 2),
});

describeOnBackends(
  'exported',
  () => {
    test.each(networks)('$name $config: ONNX Runtime gives the same', async ({ seed, ...description }) => {
      const model = filled(buildNetwork(description), seed);
      await expectSame(model, await onnxRunner(model), tolerance);
      model.parameters.dispose();
    });

    test.each(networks)('$name $config: tf.loadGraphModel gives the same', async ({ seed, ...description }) => {
      const model = filled(buildNetwork(description), seed);
      await expectSame(model, await graphRunner(model), tolerance);
      model.parameters.dispose();
    });

    test('a network of your own, in PyTorch’s order of channels', async () => {
      const model = { network: mine, parameters: Parameters.create(mine.parameters, { seed: 1 }) };
      await expectSame(model, await onnxRunner(model), tolerance);
      await expectSame(model, await graphRunner(model), tolerance);
      model.parameters.dispose();
    });

    test('kernels in half the size give nearly the same', async () => {
      const model = filled(compact({ channels: 16, depth: 2 }), 1);
      const half = { dtype: 'f16' } as const;
      expect((await exportOnnx(model, half)).length / (await exportOnnx(model)).length).toBeLessThan(0.6);
      const [small, large] = [await exportGraphModel(model, half), await exportGraphModel(model)];
      expect(small.weightData.byteLength / large.weightData.byteLength).toBeLessThan(0.55);
      await expectSame(model, await onnxRunner(model, half), halfTolerance);
      await expectSame(model, await graphRunner(model, half), halfTolerance);
      model.parameters.dispose();
    });
  },
  { only: ['wasm'] },
);

describeOnBackends('export', () => {
  test('says what has no counterpart, and leaves no tensors', async () => {
    const network = (apply: (x: Tensor4D) => Tensor): Model => {
      const made = defineNetwork({ name: 'odd', scale: 1, parameters: {}, apply: x => apply(x) as Tensor4D });
      return { network: made, parameters: Parameters.create({}) };
    };
    await expectNoLeaks(async () => {
      await expect(exportOnnx(network(x => x.reverse(1)))).rejects.toMatchObject({
        code: 'export/operation',
        message: expect.stringContaining('Reverse'),
      });
      await expect(exportOnnx(network(x => x.reshape([-1, 3])))).rejects.toMatchObject({ code: 'export/operation' });
      await expect(exportOnnx(network(x => x.mul(x.shape[1]).add(x.shape[1] > 9 ? x : 1)))).rejects.toMatchObject({
        code: 'export/size',
      });
      await expect(exportOnnx(network(() => tensor4d([1], [1, 1, 1, 1])))).rejects.toMatchObject({
        code: 'export/operation',
      });
      const model = filled(compact({ scale: 2, channels: 2, depth: 1 }), 1);
      await exportOnnx(model);
      await exportGraphModel(model);
      model.parameters.dispose();
    });
  });

  test('the same model gives the same bytes', async () => {
    const model = filled(compact({ scale: 2, channels: 2, depth: 1 }), 1);
    expect(await exportOnnx(model)).toEqual(await exportOnnx(model));
    model.parameters.dispose();
  });
});

describeOnBackends(
  'the files of a graph model',
  () => {
    test('are what tf.loadGraphModel reads from an address', async () => {
      const model = filled(rrdbnet({ channels: 64, blocks: 2, growth: 32 }), 1);
      const files = graphModelFiles(await exportGraphModel(model));
      // In parts of 4 MiB.
      expect([...files.keys()]).toEqual(['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin']);
      const fetchFunc = async (address: RequestInfo | URL): Promise<Response> =>
        new Response(files.get(String(address).split('/').at(-1)!)! as Uint8Array<ArrayBuffer>, {
          headers: { 'content-type': 'application/json' },
        });
      const loaded = await loadGraphModel(io.http('https://example.org/model.json', { fetchFunc }));
      await expectSame(model, predictor(loaded), tolerance);
      loaded.dispose();
      model.parameters.dispose();
    });
  },
  { only: ['native'] },
);

/** A model in another program: values and shape of the output, in the order of axes of this one. */
type Runner = (x: Tensor4D) => Promise<{ values: ArrayLike<number>; shape: readonly number[] }>;

async function onnxRunner(model: Model, options?: ExportOptions): Promise<Runner> {
  const session = await InferenceSession.create(await exportOnnx(model, options), { intraOpNumThreads: 1 });
  return async x => {
    const input = tidy(() => x.transpose([0, 3, 1, 2]));
    const { output } = await session.run({
      input: new OnnxTensor('float32', (await input.data()) as Float32Array, input.shape),
    });
    const back = tidy(() =>
      tensor4d(output!.data as Float32Array, output!.dims as [number, number, number, number]).transpose([0, 2, 3, 1]),
    );
    const result = { values: await back.data(), shape: back.shape };
    input.dispose();
    back.dispose();
    return result;
  };
}

async function graphRunner(model: Model, options?: ExportOptions): Promise<Runner> {
  return predictor(await loadGraphModel(io.fromMemory(await exportGraphModel(model, options))));
}

function predictor(loaded: GraphModel): Runner {
  return async x => {
    const y = loaded.predict(x) as Tensor;
    const result = { values: await y.data(), shape: y.shape };
    y.dispose();
    return result;
  };
}

async function expectSame({ network, parameters }: Model, run: Runner, tolerance: number): Promise<void> {
  for (const [batch, height, width] of sizes) {
    const random = new Random(5);
    const pixels = Float32Array.from({ length: batch * height * width * 3 }, () => random.uniform());
    const x = tensor4d(pixels, [batch, height, width, 3]);
    const expected = tidy(() => runNetwork({ network, parameters }, x).output);
    const actual = await run(x);
    expect(actual.shape).toEqual(expected.shape);
    const values = (await expected.data()) as Float32Array;
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    const worst = values.reduce((most, v, i) => Math.max(most, Math.abs(v - actual.values[i]!)), 0);
    expect(worst / deviation).toBeLessThan(tolerance);
    x.dispose();
    expected.dispose();
  }
}

function filled(network: Model['network'], seed: number): Model {
  return { network, parameters: Parameters.fromWeights(network.parameters, randomWeights(seed)(network.parameters)) };
}
