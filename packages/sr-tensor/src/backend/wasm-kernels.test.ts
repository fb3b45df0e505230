import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  conv2d,
  depthwiseConv2d,
  gather,
  grads,
  isNaN as isNan,
  mul,
  relu,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { Random } from '../random.js';
import { selectBackend } from './index.js';
import { registerWasmKernels } from './wasm-kernels.js';

const random = new Random(3);
const values = (...shape: number[]): { shape: number[]; data: Float32Array } => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(-1, 1)),
});

/** What `compute` gives on a backend. tfjs's own cpu backend is the reference: it has all of these kernels. */
async function on(backend: 'cpu' | 'wasm', compute: () => Tensor[]): Promise<Float32Array[]> {
  await selectBackend({ backend });
  const tensors = compute();
  const data = await Promise.all(tensors.map(t => t.data<'float32'>()));
  for (const t of tensors) t.dispose();
  return data;
}

async function expectEqualOnWasm(compute: () => Tensor[]): Promise<void> {
  const expected = await on('cpu', compute);
  await on('wasm', () => []);
  await expectNoLeaks(async () => {
    const received = await on('wasm', compute);
    for (const [i, data] of received.entries()) await expectClose(data, expected[i]!);
  });
}

/** Gradients of a function of tensors with these values. */
function gradientsOf(fn: (...inputs: Tensor[]) => Tensor, inputs: ReturnType<typeof values>[]): Tensor[] {
  const tensors = inputs.map(({ data, shape }) => tensor(data, shape));
  const weighted = (...args: Tensor[]): Tensor => {
    const y = fn(...args);
    const weights = Float32Array.from({ length: y.size }, (_, i) => Math.sin(i));
    return sum(mul(y, tensor(weights, y.shape)));
  };
  const found = grads(weighted as never)(tensors);
  for (const t of tensors) t.dispose();
  return found;
}

const geometries = [
  [1, 'same'],
  [1, 'valid'],
  [2, 'same'],
  [2, 'valid'],
  [3, 'valid'],
  [[2, 1], 'same'],
] as const;

for (const [strides, padding] of geometries) {
  for (const kernel of [
    [3, 3],
    [2, 4],
    [1, 1],
  ] as const) {
    const title = `${kernel.join('x')}, stride ${strides}, padding ${padding}`;
    test(`convolution ${title}`, async () => {
      const fn = (x: Tensor, w: Tensor): Tensor => conv2d(x as Tensor4D, w as Tensor4D, strides as number, padding);
      const inputs = [values(2, 7, 8, 3), values(...kernel, 3, 4)];
      await expectEqualOnWasm(() => gradientsOf(fn, inputs));
    });
    for (const multiplier of [1, 3]) {
      test(`depthwise convolution ${title}, multiplier ${multiplier}`, async () => {
        const fn = (x: Tensor, w: Tensor): Tensor =>
          depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides as number, padding);
        const inputs = [values(2, 7, 8, 3), values(...kernel, 3, multiplier)];
        await expectEqualOnWasm(() => gradientsOf(fn, inputs));
      });
    }
  }
}

test('sums of segments and the gradient of gather', async () => {
  const x = values(5, 2, 3);
  await expectEqualOnWasm(() => gradientsOf(x => gather(x, tensor1d([4, 0, 4, 1], 'int32')), [x]));
  await selectBackend({ backend: 'wasm' });
  const rows = tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  // Documentation of tf.unsortedSegmentSum: rows with a negative index are dropped.
  await expectClose(unsortedSegmentSum(rows, tensor1d([2, 0, 2, -1], 'int32'), 3), [3, 4, 0, 0, 6, 8]);
});

test('isNaN', async () => {
  await selectBackend({ backend: 'wasm' });
  expect([...(await isNan(tensor([1, Number.NaN, Number.POSITIVE_INFINITY])).data())]).toEqual([0, 1, 0]);
});

test('registers nothing twice', () => {
  const warn = console.warn;
  const warnings: unknown[] = [];
  console.warn = (...args) => warnings.push(args);
  registerWasmKernels();
  console.warn = warn;
  expect(warnings).toEqual([]);
  expect(relu(tensor([-1, 2])).shape).toEqual([2]);
});
