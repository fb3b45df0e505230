import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, writePicture } from 'sr-data/node';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { readCard, readSafetensors, verifyCard } from 'sr-tensor/weights';
import { writeWeightFile } from 'sr-tensor/weights/node';
import { styleNetwork } from 'style-transfer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, reportOf } from '../errors.js';
import { shippedStyle, shippedStyles } from '../models.js';
import { createProgram } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-stylize-'));
const at = (...names: string[]): string => join(folder, ...names);
const weights = assetsFolder('weights');

beforeAll(async () => {
  await writePicture(at('photo.png'), noise(48, 40, 1));
  await writePicture(at('painting.png'), noise(40, 40, 2));
  await writePicture(at('mask.png'), { data: new Uint8Array(48 * 40).fill(255), width: 48, height: 40, channels: 1 });
  const labels = Uint8Array.from({ length: 48 * 40 }, (_, i) => (i % 48 < 20 ? 1 : 7));
  await writePicture(at('labels.png'), { data: labels, width: 48, height: 40, channels: 1 });
  await writePicture(at('style-mask.png'), {
    data: new Uint8Array(40 * 40).fill(255),
    width: 40,
    height: 40,
    channels: 1,
  });
  const network = styleNetwork({ preset: 'pytorch-examples', channels: 2, blocks: 1 });
  const parameters = Parameters.create(network.parameters);
  await writeWeightFile(at('style.safetensors'), await parameters.toWeights());
  parameters.dispose();
  vi.stubEnv('SR_WEIGHTS_DIR', weights);
  vi.stubEnv('SR_CACHE_DIR', at('cache'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('sr stylize', () => {
  it('paints with a trained style', async () => {
    const style = ['--style', at('style.safetensors')];
    const { stdout } = await sr(
      at('photo.png'),
      '-o',
      at('fast.png'),
      ...style,
      '--strength',
      '0.5',
      '--size',
      '24',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({ method: 'fast', width: 24, height: 20, output: at('fast.png') });
    expect(await readPicture(at('fast.png'))).toMatchObject({ width: 24, height: 20 });
  });

  it.skipIf(weights === undefined)('paints after a picture, with previews', async () => {
    const files = [at('photo.png'), '-o', at('slow.png'), '--style', at('painting.png'), '--mask', at('mask.png')];
    const how = [
      '--network',
      'squeeze',
      '--iterations',
      '10',
      '--preview',
      at('steps'),
      '--keep-color',
      'luma',
      '--strength',
      '0.5',
      '--style-mask',
      at('style-mask.png'),
      '--json',
    ];
    const { stdout } = await sr(...files, ...how);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'optimize', width: 48, height: 40, iterations: 10 });
    expect(readdirSync(at('steps'))).toEqual(['00010.png']);
    expect((await readPicture(at('slow.png'))).data).toEqual((await readPicture(at('steps', '00010.png'))).data);
  });

  it.skipIf(weights === undefined)('paints two regions of a label map after two pictures', async () => {
    const styles = [
      '--style',
      at('painting.png'),
      at('photo.png'),
      '--mask',
      `${at('labels.png')}:1`,
      `${at('labels.png')}:7`,
    ];
    const out = ['-o', at('regions.png'), '--network', 'squeeze', '--iterations', '1', '--json'];
    const { stdout } = await sr(at('photo.png'), ...styles, ...out);
    expect(JSON.parse(stdout)).toMatchObject({ width: 48, height: 40 });
    const empty = ['--style', at('painting.png'), '--mask', `${at('labels.png')}:9`];
    expect(await sr(at('photo.png'), ...empty, ...out)).toMatchObject({ error: 'style/masks' });
  });

  it('lists the trained styles, each with its picture and what it took', async () => {
    const { styles } = JSON.parse((await sr('--list', '--json')).stdout) as { styles: { name: string }[] };
    expect(styles.map(({ name }) => name)).toEqual(expect.arrayContaining(['waves', 'mosaic', 'ink', 'facets']));
    expect(styles.length).toBeGreaterThanOrEqual(6);
    for (const style of styles) expect(style).toMatchObject({ license: 'MIT', parameters: expect.any(Number) });
    expect((await sr('--list')).stdout).toMatch(/waves +Paints in the manner of/);
  });

  it('comes with styles whose files are those of their cards, one at least below half a megabyte', async () => {
    const sizes: number[] = [];
    for (const name of shippedStyles()) {
      const bytes = await readFile((await shippedStyle(name)).url as URL);
      await verifyCard(bytes);
      expect(readCard(readSafetensors(bytes))!.name).toBe(`style-${name}`);
      sizes.push(bytes.length);
    }
    expect(Math.min(...sizes)).toBeLessThan(500_000);
  });

  it('paints with one of them by its name', async () => {
    const args = [at('photo.png'), '-o', at('waves.png'), '--style', 'waves', '--json'];
    expect(JSON.parse((await sr(...args)).stdout)).toMatchObject({ method: 'fast', styles: ['waves'] });
    expect((await readPicture(at('waves.png'))).data).not.toEqual((await readPicture(at('photo.png'))).data);
  });

  it('says what is wrong', async () => {
    const wrong = async (code: string, ...args: string[]): Promise<void> =>
      expect(await sr(at('photo.png'), ...args)).toMatchObject({ error: code });
    const out = ['-o', at('no.png')];
    await wrong('usage/missing-option', ...out);
    await wrong('style/unknown', ...out, '--style', 'no-such-style');
    const { message } = await sr(at('photo.png'), ...out, '--style', 'wavs');
    expect(message).toMatch(/no trained style "wavs"; there are .*ink.*Did you mean "waves"\?/);
    await wrong('usage/method', ...out, '--style', 'waves', '--iterations', '3');
    const painting = ['--style', at('painting.png')];
    await wrong('usage/method', ...out, ...painting, '--mask', at('mask.png'), at('mask.png'));
    await wrong('usage/method', ...out, ...painting, '--style-mask', at('mask.png'));
    await wrong('usage/output', '-o', at('no.gif'), ...painting);
    await wrong('output/taken', '-o', at('photo.png'), ...painting);
    await wrong('usage/invalid-argument', ...out, '--style', 'waves', '--strength', '1.5');
    expect(readdirSync(folder)).not.toContain('no.png');
  });
});

/** Runs `sr stylize` in this process. */
async function sr(...args: string[]): Promise<{ code: number; error?: string; message?: string; stdout: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const stdout = (): string => out.mock.calls.map(([text]) => String(text)).join('');
  try {
    await createProgram().parseAsync(['stylize', ...args], { from: 'user' });
    return { code: 0, stdout: stdout() };
  } catch (error) {
    const { code, message } = reportOf(error);
    return { code: exitCodeOf(error), error: code, message, stdout: stdout() };
  } finally {
    vi.restoreAllMocks();
  }
}

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return { data, width, height, channels: 3 };
}
