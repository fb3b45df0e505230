import { fill, slice, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Parameters, Random, resize, scopeOver } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { type UpsamplingOptions, upsampling, upsamplingMethods } from './upsampling.js';

describe('upsampling', () => {
  test('says what it expects', () => {
    const make = (options: object) => () => upsampling({ scale: 2, from: 3, ...options } as UpsamplingOptions);
    expect(make({ method: 'lanczos' })).toThrow('one of nearest, bilinear, bicubic, transposed, sub-pixel');
    expect(make({ method: 'transposed', scale: 4, kernel: 3 })).toThrow('expected a kernel of at least 4, received 3');
    expect(make({ method: 'lanczos' })).toThrow(expect.objectContaining({ code: 'network/config' }));
  });

  describeOnBackends('upsampling', () => {
    test.each(upsamplingMethods)('%s enlarges by its scale, with right gradients', async method => {
      for (const scale of [2, 3]) {
        const layer = upsampling({ method, scale, from: 2, to: 3 });
        await withParameters(layer, async parameters => {
          const names = parameters.names();
          expect(names).toEqual(['up.weight', 'up.bias']);
          const x = noise([1, 4, 3, 2]);
          const y = tidy(() => layer.apply(x, parameters.scope()));
          expect(y.shape).toEqual([1, 4 * scale, 3 * scale, 3]);
          const f = (...[input, ...values]: Tensor[]): Tensor =>
            layer.apply(
              input as Tensor4D,
              scopeOver(name => values[names.indexOf(name)], ''),
            );
          const inputs = [x, ...names.map(name => parameters.get(name))];
          await checkGradients(f, inputs, { directions: 2 });
          for (const t of [x, y]) t.dispose();
        });
      }
    });

    // Frequency content: a constant image holds the frequency 0 only, so that all else is the layer's own pattern.
    test.each([
      ['nearest', {}, false],
      ['bilinear', {}, false],
      ['bicubic', {}, false],
      ['transposed', {}, true],
      ['transposed', { kernel: 4 }, true],
      ['sub-pixel', { icnr: false }, true],
      ['sub-pixel', {}, false],
    ] as const)('%s %j: a checkerboard at the start is %s', async (method, options, has) => {
      const pattern = await checkerboard({ method, scale: 2, from: 4, to: 2, ...options });
      if (has) expect(pattern).toBeGreaterThan(0.1);
      else expect(pattern).toBeLessThan(1e-5);
    });

    test('transposed convolution has a checkerboard whatever its weights, unless the stride divides the kernel', async () => {
      // Equal weights: along an axis pixels receive one and two of three taps in turn, (2 - 1) / (2 + 1) at the highest
      // frequency; of all frequencies of the pattern together sqrt((1 + 1/9)^2 - 1).
      const equal = { from: 1, init: (shape: readonly number[]) => new Float32Array(size(shape)).fill(1) };
      const odd = await checkerboard({ method: 'transposed', scale: 2, kernel: 3, ...equal });
      expect(odd).toBeCloseTo(Math.sqrt((1 + 1 / 9) ** 2 - 1), 5);
      expect(await checkerboard({ method: 'transposed', scale: 2, kernel: 4, ...equal })).toBeLessThan(1e-6);
    });

    test('sub-pixel starts as the nearest-neighbour enlargement of a convolution', async () => {
      const layer = upsampling({ method: 'sub-pixel', scale: 3, from: 4, to: 2 });
      await withParameters(layer, async parameters => {
        const x = noise([1, 5, 4, 4]);
        const [y, expected] = tidy(() => {
          const large = layer.apply(x, parameters.scope());
          const small = resize(large, { height: 5, width: 4, preset: 'torch', kernel: 'nearest' });
          return [large, resize(small, { scale: 3, preset: 'torch', kernel: 'nearest' })];
        });
        await expectClose(y!, expected!);
        for (const t of [x, y!, expected!]) t.dispose();
      });
    });
  });
});

/**
 * The amplitude of all frequencies i / scale but 0 in what the layer makes of a constant image, relative to that of 0: the
 * discrete Fourier transform over whole periods, away from the border.
 */
async function checkerboard(options: UpsamplingOptions): Promise<number> {
  const layer = upsampling(options);
  const { scale } = options;
  let pattern = 0;
  await withParameters(layer, async parameters => {
    const [side, margin] = [10, 3];
    const inner = (side - 2 * margin) * scale;
    const y = tidy(() => {
      const large = layer.apply(fill([1, side, side, options.from], 0.5) as Tensor4D, parameters.scope());
      return slice(large, [0, margin * scale, margin * scale, 0], [1, inner, inner, 1]);
    });
    const values = await y.data();
    y.dispose();
    const amplitude = (u: number, v: number): number => {
      let [real, imaginary] = [0, 0];
      for (const [i, value] of values.entries()) {
        const phase = (2 * Math.PI * (u * Math.floor(i / inner) + v * (i % inner))) / scale;
        real += value * Math.cos(phase);
        imaginary -= value * Math.sin(phase);
      }
      return Math.hypot(real, imaginary);
    };
    const frequencies = Array.from({ length: scale ** 2 - 1 }, (_, i) => i + 1);
    const others = frequencies.map(i => amplitude(Math.floor(i / scale), i % scale));
    pattern = Math.hypot(...others) / amplitude(0, 0);
  });
  return pattern;
}

async function withParameters(
  { parameters: specs }: ReturnType<typeof upsampling>,
  body: (parameters: Parameters) => Promise<void>,
): Promise<void> {
  await expectNoLeaks(async () => {
    const parameters = Parameters.create(specs, { seed: 5 });
    await body(parameters);
    parameters.dispose();
  });
}

function noise(shape: [number, number, number, number]): Tensor4D {
  const random = new Random(7);
  return tensor4d(
    Float32Array.from({ length: size(shape) }, () => random.uniform()),
    shape,
  );
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
