import { dispose, tensor4d } from '@tensorflow/tfjs-core';
import { type Picture, Random } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks, tinyEncoder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import golden from './golden/gram-map.json' with { type: 'json' };
import { gramMetric } from './gram-metric.js';

const layers = ['first', 'second'] as const;

describeOnBackends(`The map of the Gram distance equals SciPy ${golden.tools.scipy} and PyTorch:`, () => {
  test.each(['johnson', 'channel-unit'] as const)('%s', async normalization => {
    const encoder = tinyEncoder();
    const shape = golden.shape as [number, number, number, number];
    const random = new Random(golden.seed);
    const draw = () =>
      tensor4d(
        Float32Array.from({ length: 13 * 18 * 3 }, () => random.uniform()),
        shape,
      );
    const [result, reference] = [draw(), draw()];
    const metric = gramMetric({ encoder, layers, normalization });
    await expectNoLeaks(async () => {
      const [map] = await metric.map(result, reference, { window: golden.window });
      expect([map!.width, map!.height]).toEqual([18, 13]);
      const largest = Math.max(...golden.maps[normalization]);
      await expectClose(map!.data, golden.maps[normalization], { tolerance: golden.tolerance * largest });
    });
    dispose([result, reference]);
    encoder.dispose();
  });
});

describe('The map of the Gram distance', () => {
  const texture = (seed: number): Picture => noise(40, 32, seed);

  test('is 0 everywhere for equal pictures', async () => {
    const encoder = tinyEncoder();
    const [map] = await gramMetric({ encoder, layers }).map(texture(1), texture(1));
    expect(map!.data.every(value => value === 0)).toBe(true);
    encoder.dispose();
  });

  test('with a window much larger than the picture is the Gram distance everywhere', async () => {
    const encoder = tinyEncoder();
    const metric = gramMetric({ encoder, layers });
    const [distance] = await metric(texture(1), texture(2));
    const [map] = await metric.map(texture(1), texture(2), { window: 200 });
    await expectClose(map!.data, new Array(map!.data.length).fill(distance), { tolerance: 1e-4 * distance! });
    encoder.dispose();
  });

  test('shows where a picture was changed', async () => {
    const encoder = tinyEncoder();
    const reference = texture(1);
    const data = reference.data.slice();
    // A square of 8 x 8 from (28, 4).
    for (let y = 4; y < 12; y++) for (let x = 28; x < 36; x++) data.fill(128, 3 * (y * 40 + x), 3 * (y * 40 + x) + 3);
    const [map] = await gramMetric({ encoder, layers }).map({ ...reference, data }, reference, { window: 2 });
    const { data: values, width } = map!;
    const highest = values.indexOf(Math.max(...values));
    expect([highest % width, Math.floor(highest / width)]).toEqual([expect.closeTo(31.5, -1), expect.closeTo(7.5, -1)]);
    const far = values.filter((_, i) => i % width < 10);
    expect(Math.max(...far)).toBeLessThan(1e-6 * values[highest]!);
    encoder.dispose();
  });

  test('is refused for sizes that differ, frobenius and no window', async () => {
    const encoder = tinyEncoder();
    const metric = gramMetric({ encoder, layers });
    await expect(metric.map(noise(20, 20, 1), texture(1))).rejects.toMatchObject({ code: 'picture/size' });
    expect(() => metric.map(texture(1), texture(1), { window: 0 })).toThrow('window above 0');
    const frobenius = gramMetric({ encoder, layers, normalization: 'frobenius' });
    expect(() => frobenius.map(texture(1), texture(1))).toThrow('frobenius');
    encoder.dispose();
  });
});

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}
