import { readFileSync } from 'node:fs';
import { type Tensor, type Tensor4D, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type ApplyContext, countParameters, Parameters, Random, type Scope, scopeOver } from 'sr-tensor';
import {
  checkGradients,
  describeOnBackends,
  expectNoLeaks,
  expectSummary,
  gradientsOf,
  randomWeights,
  type TensorSummary,
} from 'sr-tensor/testing';
import { readWeights, writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { encoderOf } from '../tapped-network.js';
import { buildDiscriminator, discriminatorNames } from './build-discriminator.js';
import { type Discriminator, judge } from './discriminator.js';

interface Case {
  name: string;
  config: Record<string, unknown>;
  input: [number, number, number, number];
  parameters: number;
  names: string[];
  logits: { shape: number[]; data: number[] };
  inference: number[] | null;
  afterwards: number[];
  taps: Record<string, TensorSummary>;
  updated: Record<string, TensorSummary>;
  inputGradient: TensorSummary;
  gradientNorms: Record<string, number>;
}

// Made by tools/oracles/discriminators.py with PyTorch.
const golden: {
  tolerance: number;
  counts: { name: string; config: Record<string, unknown>; parameters: number }[];
  cases: Case[];
} = JSON.parse(readFileSync(new URL('../golden/discriminators.json', import.meta.url), 'utf8'));
const { tolerance } = golden;

describe('discriminators', () => {
  test.each(golden.counts)('$name $config has $parameters parameters', ({ name, config, parameters }) => {
    expect(countParameters(buildDiscriminator({ name, config }), { trainable: true })).toBe(parameters);
  });

  test('have the published counts', () => {
    const count = (name: string, config = {}): number =>
      countParameters(buildDiscriminator({ name, config }), { trainable: true });
    expect(count('srgan-discriminator')).toBe(23_565_505);
    expect(count('vgg-discriminator')).toBe(14_502_281);
    expect(count('vgg-discriminator', { preset: 'basicsr' })).toBe(14_499_401);
    expect(count('vgg-discriminator', { size: 96 })).toBe(8_969_609);
    expect(count('vgg-discriminator', { size: 32, channels: 32 })).toBe(2_175_689);
    expect(count('feature-matching-discriminator')).toBe(26_002_625);
    expect(count('feature-matching-discriminator', { hidden: 100 })).toBe(8_969_609);
    expect(count('global-pool-discriminator')).toBe(5_215_425);
  });

  test.each(golden.cases)('$name $config names parameters as PyTorch does', ({ name, config, names }) => {
    expect(Object.keys(buildDiscriminator({ name, config }).parameters).sort()).toEqual([...names].sort());
  });

  test.each(discriminatorNames)('%s has its complete config as data', name => {
    const network = buildDiscriminator({ name });
    const again = buildDiscriminator({ name, config: JSON.parse(JSON.stringify(network.config)) });
    expect(again.name).toBe(name);
    expect(again.config).toEqual(network.config);
    expect(JSON.stringify(again.parameters)).toBe(JSON.stringify(network.parameters));
  });

  test('taps every convolution', () => {
    const matching = buildDiscriminator({ name: 'feature-matching-discriminator' });
    expect(matching.layers).toHaveLength(8);
    expect(matching.layers.map(layer => matching.taps[layer]!.channels)).toEqual([
      64, 64, 128, 128, 256, 256, 512, 512,
    ]);
    expect(buildDiscriminator({ name: 'unet-discriminator' }).layers).toHaveLength(10);
  });

  test('sees patches of 70 x 70 pixels', () => {
    const network = buildDiscriminator({ name: 'patch-discriminator' });
    expect(network.taps[network.layers.at(-1)!]).toMatchObject({ receptiveField: 70, stride: 8, channels: 1 });
  });

  test('names what there is when the name is unknown', () => {
    expect(() => buildDiscriminator({ name: 'vgg' })).toThrow(expect.objectContaining({ code: 'network/unknown' }));
    expect(() => buildDiscriminator({ name: 'vgg-discriminater' })).toThrow('Did you mean "vgg-discriminator"?');
  });

  test.each([
    ['vgg-discriminator', { preset: 'esrgan' }, 'one of spsr, basicsr'],
    ['vgg-discriminator', { size: 7 }, 'an integer from 8 to 1024'],
    ['feature-matching-discriminator', { mean: [0.5] }, 'expected mean to be 3 numbers, received [0.5]'],
    ['patch-discriminator', { norms: 'batch' }, 'Did you mean "norm"?'],
  ])('%s refuses %j', (name, config, words) => {
    expect(() => buildDiscriminator({ name, config })).toThrow(expect.objectContaining({ code: 'network/config' }));
    expect(() => buildDiscriminator({ name, config })).toThrow(words);
  });

  describeOnBackends('discriminators', () => {
    test.each(golden.cases)('$name $config equals PyTorch', async c => {
      const network = buildDiscriminator(c);
      await expectNoLeaks(async () => {
        const { names, parameters } = withRandomWeights(network);
        const x = noise(c.input, 11);
        const step = await trainingStep(network, parameters, x);
        expect(step.logits.shape).toEqual(c.logits.shape);
        expectNear(await step.logits.data(), c.logits.data);
        for (const [tap, summary] of Object.entries(c.taps)) {
          await expectSummary(step.taps[tap]!, summary, { tolerance, what: tap });
        }
        expect(Object.keys(step.updates).sort()).toEqual(Object.keys(c.updated).sort());
        for (const [name, summary] of Object.entries(c.updated)) {
          await expectSummary(step.updates[name]!, summary, { tolerance, what: name });
        }
        await expectSummary(step.gradients[0]!, c.inputGradient, { tolerance, what: 'gradient of the input' });
        // Those of biases before a batch norm are zero but for rounding.
        const rounding = tolerance * Math.max(...Object.values(c.gradientNorms)) * 1e-2;
        for (const [i, name] of names.entries()) {
          const norm = Math.hypot(...(await step.gradients[i + 1]!.data()));
          const expected = c.gradientNorms[name]!;
          expect(Math.abs(norm - expected), `gradient of ${name}`).toBeLessThanOrEqual(tolerance * expected + rounding);
        }
        if (c.inference !== null) expectNear(await logitsOf(network, parameters, x), c.inference);
        for (const [name, value] of Object.entries(step.updates)) parameters.get(name).assign(value);
        expectNear(await logitsOf(network, parameters, x), c.afterwards);
        step.dispose();
        parameters.dispose();
        x.dispose();
      });
    });

    const tiny = [
      { name: 'srgan-discriminator', config: { size: 16, features: 1, hidden: 2 }, side: 16 },
      { name: 'vgg-discriminator', config: { size: 8, depth: 1, features: 2, hidden: 2 }, side: 8 },
      { name: 'feature-matching-discriminator', config: { size: 16, features: 1, hidden: 2 }, side: 16 },
      { name: 'global-pool-discriminator', config: { features: 1 }, side: 16 },
      { name: 'patch-discriminator', config: { features: 2, depth: 1 }, side: 8 },
      { name: 'unet-discriminator', config: { features: 1 }, side: 8 },
    ];

    test.each(tiny)('$name has the gradients of finite differences', async ({ name, config, side }) => {
      const network = buildDiscriminator({ name, config });
      const { names, parameters } = withRandomWeights(network);
      const x = noise([2, side, side, 3], 5);
      const f = (...[image, ...values]: Tensor[]): Tensor => {
        const scope = scopeWith(parameters, names, values);
        return network.apply(image as Tensor4D, scope, { mode: 'inference', update() {} });
      };
      const inputs = [x, ...names.map(key => parameters.get(key))];
      // The larger the step, the more leaky ReLUs change sides within it; float32 bounds it from below.
      await checkGradients(f, inputs, { step: 1e-4, tolerance: 5e-3, kinks: true, directions: 2 });
      x.dispose();
      parameters.dispose();
    });

    test.each(tiny)('the parameters of $name survive a file', async ({ name, config, side }) => {
      const network = buildDiscriminator({ name, config });
      await expectNoLeaks(async () => {
        const { parameters } = withRandomWeights(network);
        const file = readWeights(writeSafetensors(await parameters.toWeights()));
        const again = Parameters.fromWeights(network.parameters, file.tensors);
        const x = noise([1, side, side, 3], 5);
        expect(await logitsOf(network, again, x)).toEqual(await logitsOf(network, parameters, x));
        for (const disposable of [parameters, again, x]) disposable.dispose();
      });
    });

    test('batch statistics and power iterations are for the caller to keep', async () => {
      for (const name of ['vgg-discriminator', 'unet-discriminator']) {
        const network = buildDiscriminator({
          name,
          config: name.startsWith('vgg') ? { size: 16, features: 2 } : { features: 1 },
        });
        const { parameters } = withRandomWeights(network);
        const before = await parameters.toWeights();
        const x = noise([2, 16, 16, 3], 5);
        const discriminator = judge({ network, parameters });
        tidy(() => void discriminator(x, { mode: 'training', update() {} }));
        const encoder = encoderOf({ network, parameters });
        tidy(() => void encoder(x, { layers: encoder.layers }));
        expect(await parameters.toWeights()).toEqual(before);
        x.dispose();
        parameters.dispose();
      }
    });

    test('an encoder of taps gives convolutions before and behind batch norm, as deep as asked', async () => {
      const network = buildDiscriminator({ name: 'vgg-discriminator', config: { size: 16, features: 2 } });
      const { parameters } = withRandomWeights(network);
      const x = noise([2, 16, 16, 3], 5);
      await expectNoLeaks(() => {
        const encoder = encoderOf({ network, parameters });
        expect(encoder.layers).toEqual(['features.0', 'features.2', 'features.5', 'features.8']);
        expect(encoder.geometry('features.2')).toMatchObject({ channels: 2, stride: 2, receptiveField: 6 });
        const maps = encoder(x, { layers: ['features.2', 'features.3'] });
        expect(Object.keys(maps)).toEqual(['features.2', 'features.3']);
        expect(maps['features.3']!.shape).toEqual([2, 8, 8, 2]);
        for (const map of Object.values(maps)) map.dispose();
        expect(() => encoder(x, { layers: ['conv1'] })).toThrow(expect.objectContaining({ code: 'layer/unknown' }));
        encoder.dispose();
      });
      x.dispose();
      parameters.dispose();
    });

    test('takes maps of 130 x 130 as of 128 x 128, and says what it cannot take', () => {
      const network = buildDiscriminator({ name: 'vgg-discriminator', config: { features: 1, hidden: 2 } });
      const { parameters } = withRandomWeights(network);
      const context: ApplyContext = { mode: 'inference', update() {} };
      tidy(() => {
        const apply = (...shape: [number, number, number, number]): Tensor =>
          network.apply(noise(shape, 5), parameters.scope(), context);
        expect(apply(1, 130, 130, 3).shape).toEqual([1, 1]);
        expect(() => apply(1, 96, 96, 3)).toThrow('expected images of 128 x 128 pixels, received 96 x 96');
        expect(() => apply(1, 128, 128, 1)).toThrow(expect.objectContaining({ code: 'tensor/shape' }));
      });
      parameters.dispose();
    });
  });
});

interface TrainingStep {
  readonly logits: Tensor;
  readonly taps: Record<string, Tensor4D>;
  readonly updates: Record<string, Tensor>;
  /** Of the input, then of each trainable parameter, for the logits weighted by 1/n, 2/n, ..., 1. */
  readonly gradients: readonly Tensor[];
  dispose(): void;
}

async function trainingStep(network: Discriminator, parameters: Parameters, x: Tensor4D): Promise<TrainingStep> {
  const names = [...parameters.trainable().keys()];
  const updates: Record<string, Tensor> = {};
  const { logits, taps } = tidy(() => {
    const update = (name: string, value: Tensor): void => {
      updates[name] = value;
    };
    const context: ApplyContext = { mode: 'training', update };
    const logits = network.apply(x, parameters.scope(), context);
    const taps = network.features(x, parameters.scope(), { ...context, update() {} }, Object.keys(network.taps));
    return { logits, taps, updates };
  });
  const weights = tidy(() => {
    const n = logits.size;
    return tensor(
      Array.from({ length: n }, (_, i) => (i + 1) / n),
      logits.shape,
    );
  });
  const f = (...[image, ...values]: Tensor[]): Tensor => {
    const scope = scopeWith(parameters, names, values);
    return network.apply(image as Tensor4D, scope, { mode: 'training', update() {} });
  };
  const gradients = gradientsOf(f, [x, ...names.map(name => parameters.get(name))], weights);
  weights.dispose();
  const all = [logits, ...Object.values(taps), ...Object.values(updates), ...gradients];
  return { logits, taps, updates, gradients, dispose: () => all.forEach(t => void t.dispose()) };
}

async function logitsOf(network: Discriminator, parameters: Parameters, x: Tensor4D): Promise<ArrayLike<number>> {
  const logits = tidy(() => network.apply(x, parameters.scope(), { mode: 'inference', update() {} }));
  const values = await logits.data();
  logits.dispose();
  return values;
}

/** The parameters with other values for some of them. */
function scopeWith(parameters: Parameters, names: readonly string[], values: readonly Tensor[]): Scope {
  const known = new Set(parameters.names());
  return scopeOver(key => values[names.indexOf(key)] ?? (known.has(key) ? parameters.get(key) : undefined), '');
}

function expectNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `value ${i}: ${value}`).toBeLessThanOrEqual(tolerance * scale);
  }
}

function withRandomWeights(network: Discriminator): { names: string[]; parameters: Parameters } {
  const parameters = Parameters.fromWeights(network.parameters, randomWeights(3)(network.parameters));
  return { names: [...parameters.trainable().keys()], parameters };
}

function noise(shape: [number, number, number, number], seed: number): Tensor4D {
  const random = new Random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: size }, () => random.uniform()),
    shape,
  );
}
