import { assetsFolder } from 'sr-tensor/testing';
import { readSafetensors, writeSafetensors } from 'sr-tensor/weights';
import { readWeightFile } from 'sr-tensor/weights/node';
import { describe, expect, test } from 'vitest';
import { type LpipsNetwork, lpipsLinearToWeights, readLpipsLinear } from './lpips-linear.js';

const folder = assetsFolder('weights/lpips_linear_pth');
const safetensors = assetsFolder('weights/lpips_v0.1_linear.f32.safetensors');

/** Methods 1.4. */
const counts = { alex: 1152, squeeze: 2240, vgg: 1472 };

describe.each(Object.entries(counts) as [LpipsNetwork, number][])('readLpipsLinear of %s', (network, count) => {
  test.skipIf(folder === undefined).each(['v0.0', 'v0.1'])("reads the authors' files of %s", async version => {
    const { tensors } = await readWeightFile(`${folder}/${version}/${network}.pth`);
    const linear = readLpipsLinear(tensors);
    expect(linear.reduce((sum, { length }) => sum + length, 0)).toBe(count);
    expect(linear.every(weights => weights.every(weight => weight >= 0))).toBe(true);
  });

  test.skipIf(folder === undefined || safetensors === undefined)('reads the same from a file of all', async () => {
    const { tensors } = await readWeightFile(`${folder}/v0.1/${network}.pth`);
    const all = await readWeightFile(safetensors!);
    expect(readLpipsLinear(all.tensors, network)).toEqual(readLpipsLinear(tensors));
  });
});

test('writes what it reads, and refuses files of something else', () => {
  const linear = [Float32Array.of(1, 2), Float32Array.of(3)];
  const { tensors } = readSafetensors(writeSafetensors(lpipsLinearToWeights(linear)));
  expect(tensors.get('lin0.model.1.weight')!.shape).toEqual([1, 2, 1, 1]);
  expect(readLpipsLinear(tensors)).toEqual(linear);
  expect(() => readLpipsLinear(new Map(), 'vgg')).toThrow('or vgg.lin0, received none');
});
