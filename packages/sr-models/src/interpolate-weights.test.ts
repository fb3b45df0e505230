import { SrError } from 'sr-tensor';
import { randomWeights } from 'sr-tensor/testing';
import { type ModelCard, readWeights, type WeightFile, writeWeights } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { compact } from './compact.js';
import { interpolateWeights } from './interpolate-weights.js';
import { loadModel } from './load-model.js';

const network = compact({ scale: 2, channels: 2, depth: 1 });

function file(seed: number, card: Partial<ModelCard> = {}): WeightFile {
  const whole: ModelCard = {
    name: `net-${seed}`,
    description: 'A test.',
    network: { name: network.name, config: network.config },
    scale: 2,
    parameters: 1,
    license: 'MIT',
    trainingData: 'none',
    training: {},
    results: { Set5: { psnr: 30 } },
    ...card,
  };
  return { tensors: randomWeights(seed)(network.parameters), metadata: { card: JSON.stringify(whole) } };
}

test('every weight lies between the two, at the share asked for', async () => {
  const [a, b] = [file(1), file(2)];
  const { tensors } = await interpolateWeights(a, b, 0.25);
  expect([...tensors.keys()]).toEqual([...a.tensors.keys()]);
  for (const [name, { data, shape }] of tensors) {
    expect(shape).toEqual(a.tensors.get(name)!.shape);
    data.forEach((value, at) => {
      expect(value).toBeCloseTo(0.75 * a.tensors.get(name)!.data[at]! + 0.25 * b.tensors.get(name)!.data[at]!, 6);
    });
  }
});

test('the ends are the two themselves', async () => {
  const [a, b] = [file(1), file(2)];
  for (const [amount, end] of [
    [0, a],
    [1, b],
  ] as const) {
    const { tensors } = await interpolateWeights(a, b, amount);
    expect([...tensors].map(([name, { data }]) => [name, data])).toEqual(
      [...end.tensors].map(([name, { data }]) => [name, data]),
    );
  }
});

test('the result loads, is written and read, and claims no results', async () => {
  const half = await interpolateWeights(
    file(1),
    await writeWeights(file(2).tensors, { card: JSON.parse(file(2).metadata.card!) }),
    0.5,
  );
  const { card, parameters } = await loadModel(half);
  expect(card).toMatchObject({
    name: 'net-1+0.5*net-2',
    results: {},
    training: { from: 'net-1', to: 'net-2', amount: 0.5 },
  });
  const again = readWeights(await writeWeights(half.tensors, { card }));
  expect(again.tensors).toEqual(half.tensors);
  parameters.dispose();
});

test('refuses amounts outside [0, 1] and two networks', async () => {
  for (const amount of [-0.1, 1.1, Number.NaN]) {
    await expect(interpolateWeights(file(1), file(2), amount)).rejects.toMatchObject({ code: 'option/invalid' });
  }
  const other = file(2, { network: { name: 'compact', config: { ...network.config, base: 'nearest' } } });
  const error = await interpolateWeights(file(1), other, 0.5).catch(reason => reason);
  expect(error).toBeInstanceOf(SrError);
  expect(error).toMatchObject({ code: 'network/mismatch', message: expect.stringContaining('"base":"nearest"') });
  const short: WeightFile = { ...file(2), tensors: new Map([...file(2).tensors].slice(1)) };
  await expect(interpolateWeights(file(1), short, 0.5)).rejects.toMatchObject({ code: 'network/mismatch' });
});
