import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPicture, writePicture } from 'sr-data/node';
import { nse } from 'sr-models';
import { Parameters, type Picture, Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { writeWeightFile } from 'sr-tensor/weights/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, reportOf } from '../errors.js';
import { metricTable } from '../metric-table.js';
import { createProgram } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-metrics-'));
const at = (...names: string[]): string => join(folder, ...names);
const assets = ['weights', 'data/iqa/niqe', 'data/iqa/brisque'].map(path => assetsFolder(path));
const withAssets = it.skipIf(assets.includes(undefined));

beforeAll(async () => {
  for (const name of ['ref', 'dist']) mkdirSync(at(name));
  for (const [i, name] of ['a.png', 'b.png', 'c.png'].entries()) {
    const picture = noise(120, 110, i);
    await writePicture(at('ref', name), picture);
    await writePicture(at('dist', name), changed(picture));
  }
  await writePicture(at('small.png'), noise(10, 10, 9));
  await writePicture(at('tiny.png'), noise(5, 5, 9));
  await writePicture(at('flat.png'), { ...noise(120, 110, 1), data: new Uint8Array(120 * 110 * 3).fill(90) });
  vi.stubEnv('SR_WEIGHTS_DIR', assets.join(':'));
  vi.stubEnv('SR_CACHE_DIR', at('cache'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs `sr` in this process. */
async function sr(...args: string[]): Promise<{ code: number; error?: string; stdout: string; stderr: string }> {
  const [out, err] = [process.stdout, process.stderr].map(stream => {
    const written: string[] = [];
    vi.spyOn(stream, 'write').mockImplementation(text => written.push(String(text)) > 0);
    return written;
  });
  let error: unknown;
  await createProgram()
    .parseAsync(args, { from: 'user' })
    .catch(thrown => {
      error = thrown;
    });
  vi.restoreAllMocks();
  const texts = { stdout: out!.join(''), stderr: err!.join('') };
  if (error === undefined) return { code: 0, ...texts };
  const { code, message } = reportOf(error);
  return { code: exitCodeOf(error), error: `[${code}] ${message}`, ...texts };
}

const pair = ['--ref', at('ref/a.png'), '--dist', at('dist/a.png')];
const folders = ['--ref', at('ref'), '--dist', at('dist')];

// biome-ignore lint/suspicious/noExplicitAny: the shape of the output is what the tests check
async function json(...args: string[]): Promise<any> {
  const { code, stdout, stderr, error } = await sr('metrics', '--json', ...args);
  if (code !== 0) throw new Error(`${error} ${stderr}`);
  return JSON.parse(stdout);
}

describe('sr metrics --list', () => {
  it('names every metric once, with direction, range and mode', async () => {
    const { metrics } = await json('--list');
    const names = metrics.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { direction, range, mode, about } of metrics) {
      expect(['higher', 'lower']).toContain(direction);
      expect(range).toHaveLength(2);
      expect(['full-reference', 'no-reference', 'sets']).toContain(mode);
      expect(about).not.toBe('');
    }
    const { stdout } = await sr('metrics', '--list');
    for (const { name } of metricTable) expect(stdout).toMatch(new RegExp(`^${name} .*(-reference|sets) `, 'm'));
  });
});

describe('sr metrics', () => {
  it('measures what needs no network by name', async () => {
    const names = 'psnr,ssim,ssim-downsample,vifp-akella,gmsd,color-moments,histogram,histogram-hellinger,tv,tv-piq-l1';
    const { mean } = await json(...pair, '--metrics', names);
    expect(Object.keys(mean)).toEqual(names.split(','));
    for (const value of Object.values(mean)) expect(value).toEqual(expect.any(Number));
  });

  it('rounds the luma, or does not', async () => {
    const rounded = await json(...pair, '--channel', 'y', '--metrics', 'psnr');
    const float = await json(...pair, '--channel', 'y', '--metrics', 'psnr', '--luma', 'float');
    expect(float.mean.psnr).not.toBe(rounded.mean.psnr);
    expect(float.mean.psnr).toBeCloseTo(rounded.mean.psnr, 1);
  });

  it('compares sizes that differ where the metric can, and says both where not', async () => {
    const args = ['--ref', at('ref/a.png'), '--dist', at('small.png')];
    const { mean } = await json(...args, '--metrics', 'color-moments,histogram');
    expect(mean['color-moments']).toBeGreaterThan(0);
    const { code, stderr } = await sr('metrics', ...args, '--metrics', 'psnr');
    expect(code).toBe(1);
    // The pictures, and their sizes.
    expect(stderr).toMatch(/\[picture\/size\] \S*small\.png and \S*a\.png: psnr: .*10 x 10.*120 x 110/);
  });

  it('says which of two paths is not there', async () => {
    const { code, error } = await sr('metrics', '--ref', at('nowhere'), '--dist', at('dist'));
    expect([code, error]).toEqual([1, expect.stringMatching(/^\[picture\/not-found\] \S*nowhere/)]);
  });

  it('takes structure features from the extractor that comes along, or from a weight file', async () => {
    const parameters = Parameters.create(nse().parameters, { seed: 1 });
    await writeWeightFile(at('nse.safetensors'), await parameters.toWeights());
    parameters.dispose();
    const { mean } = await json(...pair, '--metrics', 'structure', '--structure', at('nse.safetensors'));
    expect(mean.structure).toBeGreaterThan(0);
    const shipped = await json(...pair, '--metrics', 'structure');
    expect(shipped.mean.structure).toBeGreaterThan(0);
    expect(shipped.mean.structure).not.toBe(mean.structure);
    const missing = await sr('metrics', ...pair, '--metrics', 'structure', '--structure', at('nowhere.safetensors'));
    expect([missing.code, missing.error]).toEqual([1, expect.stringContaining('nowhere.safetensors')]);
  });

  withAssets('compares two folders as wholes, whatever the names', async () => {
    mkdirSync(at('others'));
    for (const name of ['x', 'y']) await writePicture(at('others', `${name}.png`), noise(90, 96, 7));
    const args = ['--ref', at('ref'), '--dist', at('others'), '--metrics', 'frechet-alex'];
    const { sets, results } = await json(...args);
    expect(results).toEqual([]);
    expect(sets['frechet-alex']).toBeGreaterThan(0);
    const equal = await json('--ref', at('ref'), '--dist', at('ref'), '--metrics', 'frechet-alex,psnr');
    expect(equal.sets['frechet-alex']).toBeLessThan(1e-3 * sets['frechet-alex']);
    expect(equal.results).toHaveLength(3);
    const csv = await sr('metrics', ...args, '--csv');
    expect([csv.code, csv.error]).toEqual([2, expect.stringContaining('no column')]);
    const alone = await sr('metrics', ...pair, '--metrics', 'frechet-alex');
    expect(alone.error).toContain('at least two pictures');
  });

  withAssets('takes Ma’s scores for pi by name, and never does without', async () => {
    writeFileSync(at('ma.csv'), 'picture,score\na.png,2\nb,"x"\n"c.png", 8.5\n');
    const unsound = await sr('metrics', '--dist', at('dist'), '--metrics', 'pi', '--ma', at('ma.csv'));
    expect(unsound.error).toMatch(/^\[metrics\/ma-score\].*from 0 to 10/);
    writeFileSync(at('ma.csv'), 'picture,score\na.png,2\n"c.png", 8.5\n');
    const { code, stderr, stdout } = await sr(
      ...[
        'metrics',
        '--json',
        '--dist',
        at('dist'),
        '--metrics',
        'niqe,pi',
        '--ma',
        at('ma.csv'),
        '--crop-border',
        '4',
      ],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[metrics\/ma-score\].*"b\.png"/);
    const { results } = JSON.parse(stdout);
    for (const [i, score] of [2, 8.5].entries())
      expect(results[i].pi).toBeCloseTo((10 - score + results[i].niqe) / 2, 9);
    writeFileSync(at('ma.json'), '{"a": 2, "b": 3, "c": 8.5}');
    expect((await json('--dist', at('dist'), '--metrics', 'pi', '--ma', at('ma.json'))).results).toHaveLength(3);
    const without = await sr('metrics', '--dist', at('dist'), '--metrics', 'pi');
    expect([without.code, without.error]).toEqual([2, expect.stringMatching(/--ma FILE.*niqe/)]);
  });

  withAssets('refuses on request results that are no numbers', async () => {
    const args = ['metrics', '--dist', at('flat.png'), '--metrics', 'niqe'];
    expect((await sr(...args)).stdout).toContain('NaN');
    const { code, stderr } = await sr(...args, '--check');
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[metrics\/value\] .*flat\.png: niqe: .*received NaN/);
    expect((await sr('metrics', ...pair, '--check', '--metrics', 'psnr,lpips-alex,gram-squeeze')).code).toBe(0);
  });

  withAssets('says the least size, the layers there are, and what weights are missing', async () => {
    for (const [metric, picture, least] of [
      ['ssim', at('small.png'), '11 x 11'],
      ['ms-ssim', at('small.png'), '161 x 161'],
      ['niqe', at('small.png'), '96 x 96'],
      ['lpips-alex', at('tiny.png'), 'at least'],
      ['gram-alex', at('tiny.png'), 'at least'],
    ] as const) {
      const { code, stderr } = await sr('metrics', '--ref', picture, '--dist', picture, '--metrics', metric);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/\[(picture\/size|tensor\/shape)\]/)]);
      expect(stderr).toContain(least);
    }
    const layer = await sr('metrics', ...pair, '--metrics', 'gram-alex', '--layers', 'relu9');
    expect(layer.error).toMatch(/^\[layer\/unknown\].*relu5.*"relu9"/);
    vi.stubEnv('SR_WEIGHTS_DIR', at('nothing'));
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    const missing = await sr('metrics', ...pair, '--metrics', 'lpips-alex');
    vi.stubEnv('SR_WEIGHTS_DIR', assets.join(':'));
    expect(missing.error).toMatch(/^\[weights\/[a-z-]+\].*(alex).*SHA-256 [0-9a-f]{8,}.*Put it into/);
    expect(missing.error).toContain(at('nothing'));
  });
});

describe('sr metrics --heatmap', () => {
  it('writes a picture for two files', async () => {
    const { code } = await sr('metrics', ...pair, '--heatmap', at('maps/a.png'));
    expect(code).toBe(0);
    const map = await readPicture(at('maps/a.png'));
    expect([map.width, map.height > 110]).toEqual([120, true]);
  });

  withAssets('writes a folder for folders, a picture a metric, with one scale on request', async () => {
    const args = ['--metrics', 'psnr,ssim,gram-squeeze', '--heatmap', at('all'), '--heatmap-max', '0.5'];
    expect((await sr('metrics', ...folders, ...args)).code).toBe(0);
    const names = ['a', 'b', 'c'].flatMap(name => [`${name}.gram-squeeze.png`, `${name}.ssim.png`]);
    expect(readdirSync(at('all')).sort()).toEqual(names);
  });

  it('needs a metric with a map', async () => {
    const { code, error } = await sr('metrics', ...pair, '--metrics', 'psnr', '--heatmap', at('none.png'));
    expect([code, error]).toEqual([2, expect.stringMatching(/usage\/heatmap.*ssim, lpips-alex/)]);
    expect(existsSync(at('none.png'))).toBe(false);
  });
});

describe('sr metrics --report', () => {
  it('writes a page with the values', async () => {
    expect((await sr('metrics', ...folders, '--report', at('reports/page.html'))).code).toBe(0);
    const html = readFileSync(at('reports/page.html'), 'utf8');
    expect(html).toContain('<td>b.png</td>');
    expect(html).toContain('against');
  });
});

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}

/** Every third row darker. */
function changed(picture: Picture): Picture {
  const row = picture.width * 3;
  return { ...picture, data: Uint8Array.from(picture.data, (v, i) => (Math.floor(i / row) % 3 === 0 ? v / 2 : v)) };
}
