import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { assetsFolder, describeOnBackends, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { writeSafetensors } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { loadStyle, type Style } from './load-style.js';
import { type StyleNetworkOptions, styleNetwork } from './network/style-network.js';
import { stylize } from './stylize.js';

const nets = assetsFolder('weights/reference-nets');

describeOnBackends(
  'stylize',
  () => {
    test.each([
      { preset: 'small', channels: 2, blocks: 1 },
      { preset: 'fast-neural-style', channels: 2, blocks: 1 },
      { preset: 'johnson', channels: 2, blocks: 1, padding: 'zero' },
    ] as StyleNetworkOptions[])('tiles equal the whole: %s', async options => {
      await expectNoLeaks(async () => {
        const style = styleOf(options, 4);
        const photo = noise(78, 61);
        const whole = await stylize(photo, style);
        const exact = await stylize(photo, style, { tile: 40, statistics: 'exact' });
        expect(largest(exact, whole)).toBeLessThan(1e-4);
        // The copy is the picture itself here: what differs is arithmetic.
        const fast = await stylize(photo, style, { tile: 40 });
        expect(largest(fast, whole)).toBeLessThan(1e-4);
        style.dispose();
      });
    });

    test('strength goes from the photo to the style; colours, alpha and depth stay', async () => {
      const style = styleOf({ preset: 'small', channels: 2, blocks: 1 }, 5);
      const photo = noise(20, 16);
      const full = await stylize(photo, style);
      expect(largest(await stylize(photo, style, { strength: 0 }), photo)).toBeLessThan(1e-6);
      const half = await stylize(photo, style, { strength: 0.5 });
      const middle = { ...photo, data: photo.data.map((v, i) => (v + full.data[i]!) / 2) as Float32Array };
      expect(largest(half, middle)).toBeLessThan(1e-6);
      const bytes: Picture = {
        data: Uint8Array.from({ length: 20 * 16 * 4 }, (_, i) => (i * 7) % 256),
        width: 20,
        height: 16,
        channels: 4,
      };
      const kept = await stylize(bytes, style, { keepColor: 'histogram' });
      expect(kept.channels).toBe(4);
      expect(kept.data).toBeInstanceOf(Uint8Array);
      for (let i = 3; i < kept.data.length; i += 4) expect(kept.data[i]).toBe(bytes.data[i]);
      style.dispose();
    });

    test('a network of several styles is mixed by weights', async () => {
      await expectNoLeaks(async () => {
        const style = styleOf({ preset: 'small', channels: 2, blocks: 1, styles: 2 }, 6);
        const photo = noise(16, 12);
        const [first, second, equal] = [
          await stylize(photo, style, { mixture: [1, 0] }),
          await stylize(photo, style, { mixture: [0, 2] }),
          await stylize(photo, style),
        ];
        expect(largest(first, second)).toBeGreaterThan(1e-2);
        expect(largest(await stylize(photo, style, { mixture: [1, 1] }), equal)).toBe(0);
        style.dispose();
      });
    });

    test('says what is wrong', async () => {
      const style = styleOf({ preset: 'small', channels: 1, blocks: 1 }, 7);
      const wrong = async (code: string, options: object, photo = noise(16, 16)): Promise<void> =>
        expect(stylize(photo, style, options)).rejects.toMatchObject({ code });
      await wrong('style/strength', { strength: 1.2 });
      await wrong('style/strength', { strength: Number.NaN });
      await wrong('style/mixture', { mixture: [1, 0] });
      await wrong('style/too-small', {}, noise(7, 16));
      await wrong('style/option', { tile: 0 });
      await wrong('style/keep-color', { keepColor: 'hue' });
      await wrong('aborted', { signal: AbortSignal.abort() });
      style.dispose();
      const other = new Map([['body.0.weight', { data: new Float32Array(1), shape: [1] }]]);
      await expect(loadStyle(writeSafetensors(other))).rejects.toMatchObject({ code: 'style/weights' });
    });

    test('loads its own files and those of PyTorch’s example, with what old ones hold beside', async () => {
      const network = styleNetwork({ preset: 'pytorch-examples', channels: 2, blocks: 2 });
      const weights = randomWeights(1)(network.parameters);
      const old = new Map<string, { data: Float32Array; shape: readonly number[] }>();
      for (const [name, { data, shape }] of weights) old.set(`module.${name}`, { data: data as Float32Array, shape });
      old.set('module.in1.running_mean', { data: new Float32Array(2), shape: [2] });
      const style = await loadStyle(writeSafetensors(old));
      expect(style.network.config).toEqual(network.config);
      expect(style.card).toBeUndefined();
      style.dispose();
    });

    test.skipIf(nets === undefined)('the published nets are recognised', async () => {
      const style = await loadStyle(await readFile(join(nets!, 'fns_candy_nc16.f32.safetensors')));
      expect(style.network.config).toMatchObject({ channels: 16, blocks: 5, padding: 'reflect', output: 'linear' });
      style.dispose();
    });
  },
  { only: ['native'] },
);

function styleOf(options: StyleNetworkOptions, seed: number): Style {
  const network = styleNetwork(options);
  const parameters =
    network.config.styles === 1
      ? Parameters.create(network.parameters, { seed })
      : Parameters.fromWeights(network.parameters, randomWeights(seed)(network.parameters));
  const dispose = (): void => parameters.dispose();
  return { network, parameters, card: undefined, dispose, [Symbol.dispose]: dispose };
}

function noise(width: number, height: number): Picture {
  const random = new Random(1);
  const data = Float32Array.from({ length: width * height * 3 }, () => random.uniform());
  return { data, width, height, channels: 3 };
}

function largest(a: Picture, b: Picture): number {
  return [...a.data].reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
}
