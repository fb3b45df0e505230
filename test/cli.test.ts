// The command line as a process of its own: what it does.
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resizePicture } from 'sr-data';
import { readPicture, writePicture } from 'sr-data/node';
import { type Picture, Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networks } from '../examples/web/src/networks.js';
import { sr, srJson, writeTinyModel } from './cli-support.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder.path, ...names);
const model = at('tiny.safetensors');
const tiny = ['--model', model, '--backend', 'wasm', '--workers', '1'];

beforeAll(async () => {
  await writeTinyModel(model);
  mkdirSync(at('photos/below'), { recursive: true });
  await writePicture(at('photos/one.png'), noise(20, 12, 3, 1));
  await writePicture(at('photos/two.jpg'), noise(16, 16, 3, 2));
  await writePicture(at('photos/below/grey.tif'), noise(8, 9, 1, 3));
  writeFileSync(at('photos/notes.txt'), 'no picture');
});
afterAll(() => folder[Symbol.dispose]());

describe('sr', () => {
  it('has a help with an example for every command', async () => {
    const all = ['upscale', 'metrics', 'eval', 'train', 'models', 'weights', 'native', 'doctor'];
    const below = ['models export', 'weights inspect', 'weights convert', 'weights fetch'];
    below.push('native install', 'native remove', 'native status');
    const top = await sr(['--help']);
    expect(top.code).toBe(0);
    for (const name of all) expect(top.stdout.toString()).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    for (const name of [...all, ...below]) {
      const { code, stdout, stderr } = await sr([...name.split(' '), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.toString()).toMatch(/Examples?:\n {2}.*\bsr /);
    }
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync('packages/sr-cli/package.json', 'utf8'));
    expect((await sr(['--version'])).stdout.toString()).toBe(`${version}\n`);
  });
});

describe('sr upscale', () => {
  it('writes one file, and says so', async () => {
    const { code, stdout, stderr } = await sr(['upscale', at('photos/one.png'), '-o', at('one@4x.png'), ...tiny]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.toString()).toMatch(/^.*one@4x\.png: 80 x 48, [\d.]+ s on wasm with tiny\n$/);
    expect(await readPicture(at('one@4x.png'))).toMatchObject({ width: 80, height: 48, channels: 3 });
  });

  it('takes folders, patterns and files, and keeps names, formats and folders', async () => {
    const args = [at('photos'), at('photos/*.png'), at('photos/two.jpg'), '-o', `${at('big')}/`];
    const { code, stderr, json } = await srJson(['upscale', ...args, ...tiny]);
    expect([code, stderr]).toEqual([0, '']);
    expect(json.errors).toEqual([]);
    expect(json.outputs).toEqual(
      [
        ['below/grey.tif', 32, 36],
        ['one.png', 80, 48],
        ['two.jpg', 64, 64],
      ].map(([name, width, height]) => ({
        input: at('photos', String(name)),
        output: at('big', String(name)),
        width,
        height,
        seconds: expect.any(Number),
        backend: 'wasm',
        model: 'tiny',
      })),
    );
    expect(readdirSync(at('big')).sort()).toEqual(['below', 'one.png', 'two.jpg']);
    expect(await readPicture(at('big/below/grey.tif'))).toMatchObject({ width: 32, height: 36, channels: 1 });
  });

  it('goes between a network for fidelity and its perceptual form', async () => {
    const run = (name: string, ...more: string[]) =>
      srJson(['upscale', at('photos/one.png'), '-o', at(name), '--backend', 'wasm', ...more]);
    const plain = await run('fidelity.png');
    expect(plain.json.outputs[0].model).toBe('x4-small');
    const form = await run('form.png', '--model', 'x4-small-adversarial');
    expect([form.code, form.json.outputs[0].model]).toEqual([0, 'x4-small-adversarial']);
    const ends = { '0': 'fidelity.png', '1': 'form.png' };
    for (const [amount, end] of Object.entries(ends)) {
      const { code, json } = await run(`p${amount}.png`, '--model', 'x4-small-adversarial', '--perceptual', amount);
      expect([code, json.outputs[0].model]).toEqual([0, `x4-small+${amount}*x4-small-adversarial`]);
      expect(await readPicture(at(`p${amount}.png`))).toEqual(await readPicture(at(end)));
    }
    const { json } = await run('half.png', '--perceptual', '0.5');
    expect(json.outputs[0].model).toBe('x4-small+0.5*x4-small-texture');
    const half = await readPicture(at('half.png'));
    for (const end of Object.values(ends)) expect(half).not.toEqual(await readPicture(at(end)));
  });

  it('takes the perceptual forms that the page takes', async () => {
    const pairs = networks.flatMap(({ card, form }) =>
      form && 'card' in form ? [[card.name, form.card.name] as const] : [],
    );
    expect(pairs).not.toEqual([]);
    for (const [model, form] of pairs) {
      const args = ['upscale', at('photos/one.png'), '-o', at('as-page.png'), '--backend', 'wasm', '--perceptual', '1'];
      const { json } = await srJson([...args, '--model', model]);
      expect(json.outputs[0].model).toBe(`${model}+1*${form}`);
    }
  });

  it('is a pipe: a picture in, a picture out, nothing else', async () => {
    const args = ['upscale', '-', '-o', '-', ...tiny];
    const { code, stdout, stderr } = await sr(args, { stdin: readFileSync(at('photos/one.png')) });
    expect([code, stderr]).toEqual([0, '']);
    expect(await readPicture(new Uint8Array(stdout))).toMatchObject({ width: 80, height: 48 });
    await sr(['upscale', at('photos/one.png'), '-o', at('piped.png'), ...tiny]);
    expect((await readPicture(new Uint8Array(stdout))).data).toEqual((await readPicture(at('piped.png'))).data);
  });

  it('goes on after a bad file, and its exit code says so', async () => {
    mkdirSync(at('mixed'));
    await writePicture(at('mixed/a.png'), noise(5, 5, 3, 4));
    writeFileSync(at('mixed/b.png'), 'not a picture');
    await writePicture(at('mixed/c.png'), noise(6, 6, 3, 5));
    const { code, stderr, json } = await srJson(['upscale', at('mixed'), '-o', `${at('mixed-out')}/`, ...tiny]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sr: \[picture\/format\] .*b\.png: .*\n$/);
    expect(json.outputs.map(({ input }: { input: string }) => input)).toEqual([at('mixed/a.png'), at('mixed/c.png')]);
    expect(json.errors).toEqual([
      { input: at('mixed/b.png'), code: 'picture/format', message: expect.stringContaining('b.png') },
    ]);
    expect(readdirSync(at('mixed-out')).sort()).toEqual(['a.png', 'c.png']);
  });

  it('gives the result the histogram of the input with --match-histogram', async () => {
    // Of two values the result can have only these two.
    const data = Uint8Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? 30 : 200));
    await writePicture(at('two-values.png'), { data, width: 20, height: 15, channels: 1 });
    await sr(['upscale', at('two-values.png'), '-o', at('matched.png'), '--match-histogram', ...tiny]);
    expect([...new Set((await readPicture(at('matched.png'))).data)].sort()).toEqual([200, 30]);
  });

  it('refuses to write over an input', async () => {
    const before = readFileSync(at('photos/one.png'));
    for (const output of [at('photos/one.png'), at('photos/below/../one.png'), `${at('photos')}/`]) {
      const { code, stderr } = await sr(['upscale', at('photos/one.png'), '-o', output, ...tiny]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^sr: \[output\/taken\] .*would be written over the input.*\n$/);
    }
    expect(readFileSync(at('photos/one.png'))).toEqual(before);
  });

  it('wants a folder for several inputs', async () => {
    const { code, stderr } = await sr(['upscale', at('photos'), '-o', at('new.png'), ...tiny]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sr: \[usage\/output\] Expected a folder for several inputs.*\n$/);
  });

  it('does not write two results into one file', async () => {
    mkdirSync(at('same'));
    await writePicture(at('same/x.png'), noise(5, 5, 3, 6));
    const { code, json } = await srJson([
      'upscale',
      at('same/x.png'),
      at('photos/one.png'),
      '-o',
      `${at('same-out')}/`,
      ...tiny,
    ]);
    expect([code, json.outputs.length]).toEqual([0, 2]);
    mkdirSync(at('same/y'));
    await writePicture(at('same/y/x.png'), noise(5, 5, 3, 6));
    const clash = await srJson(['upscale', at('same/x.png'), at('same/y/x.png'), '-o', `${at('clash')}/`, ...tiny]);
    expect([clash.code, clash.json.outputs.length]).toEqual([1, 1]);
    expect(clash.json.errors).toMatchObject([{ input: at('same/y/x.png'), code: 'output/taken' }]);
  });

  it('leaves nothing behind when interrupted', async () => {
    mkdirSync(at('interrupted'));
    await writePicture(at('large.png'), noise(1500, 1500, 3, 7));
    const args = ['upscale', at('large.png'), at('photos/one.png'), '-o', `${at('interrupted')}/`, ...tiny];
    const { code, stderr, json } = await srJson([...args, '--tile', '64'], {
      onStart: child => {
        // As soon as the output is begun.
        const watcher = watch(at('interrupted'), () => {
          watcher.close();
          child.kill('SIGINT');
        });
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^sr: \[aborted\] .*\n$/);
    expect(json.outputs).toEqual([]);
    expect(json.errors.map((error: { code: string }) => error.code)).toEqual(['aborted', 'aborted']);
    expect(readdirSync(at('interrupted'))).toEqual([]);
  });
});

describe('sr metrics', () => {
  it('measures two files', async () => {
    await writePicture(at('grey100.png'), constant(100));
    await writePicture(at('grey150.png'), constant(150));
    const args = ['metrics', '--ref', at('grey150.png'), '--dist', at('grey100.png')];
    const { code, json } = await srJson(args);
    expect(code).toBe(0);
    expect(json).toEqual({
      results: [
        { ref: at('grey150.png'), dist: at('grey100.png'), psnr: expect.any(Number), ssim: expect.any(Number) },
      ],
      mean: { psnr: json.results[0].psnr, ssim: json.results[0].ssim },
    });
    // 20 log10(255 / 50), and SSIM of constants (methods 1.3).
    expect(json.mean.psnr).toBeCloseTo(14.1514, 4);
    expect(json.mean.ssim).toBeCloseTo(0.923092, 6);
    const luma = await srJson([...args, '--metrics', 'psnr', '--channel', 'y']);
    // Luma of 100 and 150: 101.88 and 144.82, rounded 102 and 145.
    expect(luma.json.mean).toEqual({ psnr: expect.closeTo(20 * Math.log10(255 / 43), 6) });
  });

  it('says Infinity as a text in JSON', async () => {
    const { json } = await srJson(['metrics', '--ref', at('grey100.png'), '--dist', at('grey100.png')]);
    expect(json.mean).toEqual({ psnr: 'Infinity', ssim: 1 });
  });

  it('pairs folders by name and reports what has no partner', async () => {
    for (const name of ['ref', 'dist']) mkdirSync(at(name));
    for (const name of ['a', 'b']) await writePicture(at(`ref/${name}.png`), constant(100));
    await writePicture(at('dist/a.png'), constant(110));
    const { code, stderr, json } = await srJson(['metrics', '--ref', at('ref'), '--dist', at('dist')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sr: \[picture\/unpaired\] .*b\.png.*\n$/);
    expect(json.results).toMatchObject([{ ref: at('ref/a.png'), dist: at('dist/a.png') }]);
    expect(json.errors).toMatchObject([{ input: at('ref/b.png'), code: 'picture/unpaired' }]);
  });

  it('prints a table', async () => {
    const { stdout } = await sr(['metrics', '--ref', at('grey150.png'), '--dist', at('grey100.png')]);
    expect(stdout.toString().split('\n')[1]).toMatch(/^grey150\.png +14\.151 +0\.9231$/);
  });

  it('lists the metrics', async () => {
    const { json } = await srJson(['metrics', '--list']);
    expect(json.metrics).toContainEqual({
      name: 'psnr',
      direction: 'higher',
      range: [0, 'Infinity'],
      mode: 'full-reference',
      about: expect.any(String),
    });
    const names = json.metrics.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['lpips-alex', 'gram-squeeze', 'niqe', 'vif', 'dists']));
  });

  it('prints CSV', async () => {
    const args = ['metrics', '--ref', at('grey150.png'), '--dist', at('grey100.png'), '--metrics', 'psnr', '--csv'];
    const { stdout } = await sr(args);
    expect(stdout.toString()).toMatch(/^ref,dist,psnr\n.*grey150\.png,.*grey100\.png,14\.151\d+\n$/);
  });

  const assets = assetsFolder('data/iqa');
  it.skipIf(assets === undefined)('measures with networks, and without a reference, offline', async () => {
    const folders = ['weights', 'data/iqa/niqe', 'data/iqa/brisque'].map(path => assetsFolder(path));
    const env = { SR_WEIGHTS_DIR: folders.join(':') };
    const pair = ['--ref', `${assets}/lpips_examples/ex_ref.png`, '--dist', `${assets}/lpips_examples/ex_p0.png`];
    // The figures of the authors' page for these files.
    const distances = await srJson(['metrics', ...pair, '--metrics', 'lpips-alex,gram-squeeze'], { env });
    expect(distances.json.mean['lpips-alex']).toBeCloseTo(0.722, 3);
    expect(distances.json.mean['gram-squeeze']).toBeGreaterThan(0);
    const alone = await srJson(['metrics', '--dist', `${assets}/niqe/baboon.png`, '--metrics', 'niqe,brisque'], {
      env,
    });
    expect(alone.json.results[0]).toMatchObject({ ref: null, dist: `${assets}/niqe/baboon.png` });
    // MATLAB's figure.
    expect(Math.abs(alone.json.mean.niqe / 5.7296 - 1)).toBeLessThan(1e-3);
  });

  it('says which sizes differ', async () => {
    await writePicture(at('other.png'), noise(21, 12, 3, 1));
    const { code, stderr } = await sr(['metrics', '--ref', at('photos/one.png'), '--dist', at('other.png')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sr: \[picture\/size\] .*21 x 12.*20 x 12.*\n$/);
  });
});

describe('sr eval', () => {
  beforeAll(async () => {
    mkdirSync(at('hr'));
    // Sizes that are no multiples of 4: the rest is cropped off.
    await writePicture(at('hr/a.png'), smooth(50, 47));
    await writePicture(at('hr/b.png'), smooth(61, 40));
  });

  it('makes the small pictures, enlarges and scores them', async () => {
    const { code, json } = await srJson([
      'eval',
      '--hr',
      at('hr'),
      '--scale',
      '4',
      '--model',
      model,
      '--backend',
      'wasm',
    ]);
    expect(code).toBe(0);
    expect(json).toMatchObject({ model: 'tiny', scale: 4, backend: 'wasm' });
    expect(json.results.map(({ ref, dist }: { ref: string; dist: null }) => [ref, dist])).toEqual([
      [at('hr/a.png'), null],
      [at('hr/b.png'), null],
    ]);
    expect(json.mean.psnr).toBeCloseTo((json.results[0].psnr + json.results[1].psnr) / 2, 9);
  });

  it('takes small pictures with suffixes, from the same folder or another', async () => {
    mkdirSync(at('both'));
    for (const name of ['a', 'b']) {
      const picture = await readPicture(at(`hr/${name}.png`));
      const { width, height } = picture;
      const size = { width: Math.floor(width / 4), height: Math.floor(height / 4) };
      await writePicture(at(`both/img_${name}_HR.png`), picture);
      await writePicture(at(`both/img_${name}_LR.png`), resizePicture(picture, size));
    }
    const { code, json } = await srJson([
      'eval',
      ...['--hr', at('both'), '--lr', at('both'), '--scale', '4', '--model', 'bicubic', '--metrics', 'psnr'],
    ]);
    expect(code).toBe(0);
    expect(json.results.map(({ dist }: { dist: string }) => dist)).toEqual([
      at('both/img_a_LR.png'),
      at('both/img_b_LR.png'),
    ]);
    expect(Object.keys(json.mean)).toEqual(['psnr']);
  });

  it('matches histograms on request', async () => {
    const args = ['eval', '--hr', at('hr'), '--scale', '4', '--model', 'bicubic'];
    const [plain, matched] = [await srJson(args), await srJson([...args, '--match-histogram'])];
    expect(matched.code).toBe(0);
    expect(matched.json.mean.psnr).not.toBe(plain.json.mean.psnr);
  });
});

describe('sr train', () => {
  const changes = ['data.batchSize=2', 'data.patchSize=8', 'network.config.channels=4', 'network.config.depth=1'];
  const small = [...changes, 'validation.heldOut=1', 'validation.every=4', 'schedule.warmUp=1'].flatMap(change => [
    '--set',
    change,
  ]);

  beforeAll(async () => {
    mkdirSync(at('train'));
    for (let i = 0; i < 4; i++) await writePicture(at(`train/${i}.png`), noise(64, 64, 3, 20 + i));
  });

  it('trains, in lines of JSON, and its weights can be used', async () => {
    const out = at('run');
    const args = [
      'train',
      'compact',
      '--data',
      at('train'),
      '--out',
      out,
      '--steps',
      '4',
      '--backend',
      'wasm',
      ...small,
    ];
    const { code, stdout, stderr } = await sr([...args, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout
      .toString()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.filter(line => line.type === 'step').map(line => line.iteration)).toEqual([1, 2, 3, 4]);
    expect(lines.at(-1)).toMatchObject({ type: 'end', iteration: 4, finished: true });
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    const weights = ['--model', lines.at(-1).weights, '--backend', 'wasm'];
    expect((await sr(['upscale', at('photos/one.png'), '-o', at('trained.png'), ...weights])).code).toBe(0);

    const again = await sr(args);
    expect([again.code, again.stderr.split('\n').length]).toEqual([1, 2]);
    expect(again.stderr).toContain('sr: [train/exists]');
  });

  it('saves and stops at Ctrl-C, and resumes', async () => {
    const out = at('stopped');
    const args = ['train', 'compact', '--data', at('train'), '--out', out, '--backend', 'wasm', ...small, '--json'];
    const stopped = await sr([...args, '--steps', '100000'], {
      onStart: child => child.stdout!.once('data', () => child.kill('SIGINT')),
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/sr: \[aborted\] Stopped after step \d+ of 100000 and saved/);
    const [checkpoint] = readdirSync(join(out, 'checkpoints'));
    const done = Number(/\d+/.exec(checkpoint!)![0]);
    expect(done).toBeGreaterThan(0);
    const resumed = await sr([...args, '--steps', '100000', '--resume'], {
      onStart: child => child.stdout!.once('data', () => child.kill('SIGINT')),
    });
    const [first] = resumed.stdout.toString().split('\n');
    expect(JSON.parse(first!).iteration).toBe(done + 1);
  });

  it('lists and prints recipes', async () => {
    expect((await sr(['train', '--list'])).stdout.toString()).toContain('compact');
    const { stdout } = await sr(['train', 'compact', '--print', '--set', 'losses.pixel.weight=2', '--steps', '7']);
    expect(JSON.parse(stdout.toString())).toMatchObject({ steps: 7, losses: { pixel: { kind: 'l1', weight: 2 } } });
  });
});

describe('sr models, weights, native, doctor', () => {
  it('lists the models with their cards', async () => {
    const { code, json } = await srJson(['models']);
    expect(code).toBe(0);
    expect(json.models).toContainEqual(expect.objectContaining({ name: 'x4-small', scale: 4, license: 'MIT' }));
    expect((await sr(['models'])).stdout.toString()).toMatch(/^x4-small +x4 +[\d,]+ +[\d.]+ KiB/m);
  });

  it('inspects and converts weights', async () => {
    const half = at('half.safetensors');
    expect((await sr(['weights', 'convert', model, half, '--dtype', 'f16'])).code).toBe(0);
    const { json } = await srJson(['weights', 'inspect', half]);
    expect(json).toMatchObject({ format: 'safetensors', card: { name: 'tiny' } });
    expect(json.tensors).toContainEqual({ name: 'head.weight', dtype: 'f16', shape: [4, 3, 3, 3], values: 108 });
    expect((await sr(['weights', 'inspect', model])).stdout.toString()).toMatch(/^head\.weight +f32 +\[4, 3, 3, 3\]$/m);
  });

  it('finds weights that are there, without a network', async () => {
    const { json } = await srJson(['weights', 'fetch', '--list']);
    expect(json.files.map(({ name }: { name: string }) => name)).toContain('vgg19');
    const { code, stderr } = await sr(['weights', 'fetch', 'vgg20']);
    expect([code, stderr.split('\n').length]).toEqual([1, 2]);
    expect(stderr).toContain('vgg19');
  });

  it('says what the native backend would need, and what this machine has', async () => {
    const { code, json } = await srJson(['native', 'install', '--dry-run']);
    expect(code).toBe(0);
    expect(json.steps.map(({ step }: { step: string }) => step)).toContain('wheel');
    const doctor = await srJson(['doctor']);
    expect(doctor.code).toBe(0);
    expect(doctor.json.backends.map(({ backend }: { backend: string }) => backend)).toContain('wasm');
    expect((await sr(['doctor'])).stdout.toString()).toMatch(/^Used: \w+\.$/m);
  });
});

function noise(width: number, height: number, channels: Picture['channels'], seed: number): Picture {
  const random = new Random(seed);
  return {
    data: Uint8Array.from({ length: width * height * channels }, () => random.int(256)),
    width,
    height,
    channels,
  };
}

function constant(value: number): Picture {
  return { data: new Uint8Array(16 * 16).fill(value), width: 16, height: 16, channels: 1 };
}

function smooth(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 100 * Math.sin(x / 7 + (i % 3)) * Math.cos(y / 9);
  });
  return { data, width, height, channels: 3 };
}
