import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, writePicture } from 'sr-data/node';
import { type Picture, Random, SrError } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import type { OptimizationStep } from 'style-transfer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, reportOf } from './errors.js';
import { follow } from './optimization.js';
import { createProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-optimization-'));
const at = (...names: string[]): string => join(folder, ...names);
const weights = assetsFolder('weights');

beforeAll(async () => {
  await writePicture(at('gravel.png'), noise(40, 36));
  vi.stubEnv('SR_WEIGHTS_DIR', weights);
  vi.stubEnv('SR_CACHE_DIR', at('cache'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(weights === undefined)('sr texture and sr invert', () => {
  it('make more of a texture, in the size that is asked for', async () => {
    const out = at('new', 'texture.png');
    const { stdout } = await sr(
      'texture',
      at('gravel.png'),
      '-o',
      out,
      ...['--size', '56x32', '--network', 'squeeze', '--layers', 'relu1,fire2', '--iterations', '12'],
      ...['--preview', at('steps'), '--json'],
    );
    const layers = ['relu1', 'fire2'];
    expect(JSON.parse(stdout)).toMatchObject({ output: out, width: 56, height: 32, layers, iterations: 12 });
    expect(JSON.parse(stdout).loss).toBeGreaterThan(0);
    expect(await readPicture(out)).toMatchObject({ width: 56, height: 32 });
    expect(readdirSync(at('steps'))).toEqual(['00010.png']);
  });

  it('invert the features of a layer, into a folder', async () => {
    mkdirSync(at('inverted'));
    const how = ['--network', 'squeeze', '--iterations', '3', '--smoothness', '1e-6', '--size', '20', '--json'];
    const { stdout } = await sr('invert', at('gravel.png'), '--layer', 'fire2', '-o', at('inverted'), ...how);
    const output = at('inverted', 'gravel.png');
    expect(JSON.parse(stdout)).toMatchObject({ output, width: 20, height: 18, layers: ['fire2'], iterations: 3 });
    expect(await readPicture(output)).toMatchObject({ width: 20, height: 18 });
  });

  it('say what is wrong before they begin', async () => {
    const wrong = async (code: string, ...args: string[]): Promise<void> =>
      expect(await sr(...args)).toMatchObject({ error: code });
    const out = ['-o', at('no.png'), '--network', 'squeeze'];
    await wrong('usage/invalid-argument', 'texture', at('gravel.png'), ...out, '--size', '32');
    await wrong('usage/missing-mandatory-option-value', 'invert', at('gravel.png'), ...out);
    await wrong('layer/unknown', 'invert', at('gravel.png'), ...out, '--layer', 'relu3_3');
    await wrong('style/too-small', 'invert', at('gravel.png'), ...out, '--layer', 'fire9', '--size', '16');
    await wrong('picture/not-found', 'texture', at('nothing.png'), ...out);
    await wrong('usage/output', 'texture', at('gravel.png'), '-o', at('no.xyz'));
    await wrong('output/taken', 'texture', at('gravel.png'), '-o', at('gravel.png'));
    // VGG is nowhere here, and its publisher cannot be reached.
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await wrong('weights/unavailable', 'texture', at('gravel.png'), '-o', at('no.png'));
    vi.unstubAllGlobals();
    expect(readdirSync(folder)).not.toContain('no.png');
  });
});

describe('an optimisation that fails', () => {
  it('leaves its last picture among the previews', async () => {
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const failing = async function* (): AsyncGenerator<OptimizationStep> {
      for (let iteration = 1; iteration <= 13; iteration++) yield step(iteration);
      throw new SrError({ code: 'style/diverged', message: 'no number' });
    };
    const preview = at('failed');
    await expect(follow(failing(), { title: 'gravel', preview })).rejects.toMatchObject({ code: 'style/diverged' });
    expect(readdirSync(preview)).toEqual(['00010.png', '00013.png']);
    expect(error.mock.calls.join('')).toContain('00013.png');
  });
});

function step(iteration: number): OptimizationStep {
  const losses = { total: 1, content: 1, style: 0, smoothness: 0 };
  return { iteration, iterations: 20, losses, picture: noise(4, 4), state: () => Promise.reject(new Error('unused')) };
}

/** Runs `sr` in this process. */
async function sr(...args: string[]): Promise<{ code: number; error?: string; stdout: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const stdout = (): string => out.mock.calls.map(([text]) => String(text)).join('');
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return { code: 0, stdout: stdout() };
  } catch (error) {
    return { code: exitCodeOf(error), error: reportOf(error).code, stdout: stdout() };
  } finally {
    vi.restoreAllMocks();
  }
}

function noise(width: number, height: number): Picture {
  const random = new Random(1);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
  return { data, width, height, channels: 3 };
}
