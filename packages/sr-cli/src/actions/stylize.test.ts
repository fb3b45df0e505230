import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, writePicture } from 'sr-data/node';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { writeWeightFile } from 'sr-tensor/weights/node';
import { styleNetwork } from 'style-transfer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, reportOf } from '../errors.js';
import { createProgram } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-stylize-'));
const at = (...names: string[]): string => join(folder, ...names);
const weights = assetsFolder('weights');

beforeAll(async () => {
  await writePicture(at('photo.png'), noise(48, 40, 1));
  await writePicture(at('painting.png'), noise(40, 40, 2));
  await writePicture(at('mask.png'), { data: new Uint8Array(48 * 40).fill(255), width: 48, height: 40, channels: 1 });
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
      '--json',
    ];
    const { stdout } = await sr(...files, ...how);
    expect(JSON.parse(stdout)).toMatchObject({ method: 'optimize', width: 48, height: 40 });
    expect(readdirSync(at('steps'))).toEqual(['00010.png']);
    expect((await readPicture(at('slow.png'))).data).toEqual((await readPicture(at('steps', '00010.png'))).data);
  });

  it('lists the trained styles', async () => {
    const { stdout } = await sr('--list', '--json');
    expect(JSON.parse(stdout)).toEqual({ styles: expect.any(Array) });
  });

  it('says what is wrong', async () => {
    const wrong = async (code: string, ...args: string[]): Promise<void> =>
      expect(await sr(at('photo.png'), ...args)).toMatchObject({ error: code });
    const out = ['-o', at('no.png')];
    await wrong('usage/missing-option', ...out);
    await wrong('style/unknown', ...out, '--style', 'no-such-style');
    await wrong('usage/method', ...out, '--style', 'waves', '--iterations', '3');
    await wrong('usage/method', ...out, '--style', at('painting.png'), '--strength', '0.5');
    await wrong('usage/invalid-argument', ...out, '--style', 'waves', '--strength', '1.5');
    expect(readdirSync(folder)).not.toContain('no.png');
  });
});

/** Runs `sr stylize` in this process. */
async function sr(...args: string[]): Promise<{ code: number; error?: string; stdout: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const stdout = (): string => out.mock.calls.map(([text]) => String(text)).join('');
  try {
    await createProgram().parseAsync(['stylize', ...args], { from: 'user' });
    return { code: 0, stdout: stdout() };
  } catch (error) {
    return { code: exitCodeOf(error), error: reportOf(error).code, stdout: stdout() };
  } finally {
    vi.restoreAllMocks();
  }
}

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return { data, width, height, channels: 3 };
}
