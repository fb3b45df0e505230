// The command line given what it cannot use: one clear line with a code, a non-zero exit, nothing half-written.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { encodePicture, writePicture } from 'sr-data/node';
import { compact } from 'sr-models';
import { type Picture, Random } from 'sr-tensor';
import { writeWeightFile } from 'sr-tensor/weights/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, sr, srJson, weightsOf, writeTinyModel } from './cli-support.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder.path, ...names);
const model = at('tiny.safetensors');
const tiny = ['--model', model, '--backend', 'wasm', '--workers', '1'];
const picture = at('good.png');

beforeAll(async () => {
  await writeTinyModel(model);
  await writePicture(picture, noise(24, 24));
});
afterAll(() => folder[Symbol.dispose]());

/** One line, with this code. */
function line(code: string): RegExp {
  return new RegExp(`^sr: \\[${code}\\] [^\\n]+\\n$`);
}

describe('pictures', () => {
  it('that are none are refused', async () => {
    const png = await encodePicture(noise(64, 64), { format: 'png' });
    const jpeg = await encodePicture(noise(64, 64), { format: 'jpeg' });
    const cases: [name: string, bytes: Uint8Array, code: string][] = [
      ['text.png', Buffer.from('This is no picture.'), 'picture/format'],
      ['empty.png', new Uint8Array(0), 'picture/damaged'],
      ['cut.png', png.subarray(0, png.length / 2), 'picture/damaged'],
      ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), 'picture/damaged'],
      ['bomb.png', pngOfSize(50_000, 50_000), 'picture/too-large'],
    ];
    mkdirSync(at('bad'));
    for (const [name, bytes] of cases) writeFileSync(at('bad', name), bytes);
    const { code, stderr, json } = await srJson(['upscale', at('bad'), '-o', `${at('bad-out')}/`, ...tiny]);
    expect(code).toBe(1);
    expect(json.outputs).toEqual([]);
    const codes = new Map(json.errors.map((e: { input: string; code: string }) => [e.input, e.code]));
    expect(codes).toEqual(new Map(cases.map(([name, , code]) => [at('bad', name), code])));
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(cases.length);
    for (const each of lines) expect(each).toMatch(/^sr: \[picture\/[a-z-]+\] /);
    expect(filesBelow('bad-out')).toEqual([]);
  });

  it('that are not there are named', async () => {
    mkdirSync(at('no-pictures'));
    writeFileSync(at('no-pictures/notes.txt'), 'text');
    for (const [input, code] of [
      [at('nowhere.png'), 'picture/not-found'],
      [at('no-pictures'), 'picture/none-found'],
      [at('*.webp'), 'input/no-match'],
    ] as const) {
      const result = await sr(['upscale', input, '-o', `${at('none-out')}/`, ...tiny]);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(line(code));
      expect(result.stderr).toContain(input);
    }
  });

  it('from stdin are checked as well, and stdout stays empty', async () => {
    const { code, stdout, stderr } = await sr(['upscale', '-', '-o', '-', ...tiny], { stdin: Buffer.from('nothing') });
    expect([code, stdout.length]).toEqual([1, 0]);
    expect(stderr).toMatch(line('picture/format'));
  });
});

describe('outputs', () => {
  it('that cannot be written are refused before any work', async () => {
    writeFileSync(at('file'), '');
    for (const [output, code] of [
      [at('file/below.png'), 'output/unwritable'],
      [`${at('file/folder')}/`, 'output/unwritable'],
      [at('picture.bmp'), 'picture/format'],
    ] as const) {
      const result = await sr(['upscale', picture, '-o', output, ...tiny]);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(line(code));
    }
  });

  it('on a full disk leave nothing', async context => {
    mkdirSync(at('disk'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('disk')]);
    if (mounted.status !== 0) {
      console.warn('Skipped: a full disk needs the right to mount one.');
      return context.skip();
    }
    try {
      const { code, stderr } = await sr(['upscale', picture, '-o', `${at('disk')}/`, ...tiny, '--scale', '4']);
      expect([code, stderr]).toEqual([0, '']);
      await writePicture(at('noisy.png'), noise(120, 120));
      const full = await sr(['upscale', at('noisy.png'), '-o', at('disk/noisy.png'), ...tiny]);
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(line('disk/full'));
      expect(readdirSync(at('disk'))).toEqual(['good.png']);
      const weights = await sr(['weights', 'convert', model, at('disk/w.safetensors')]);
      expect(weights.code).toBe(0);
    } finally {
      spawnSync('umount', [at('disk')]);
    }
  });

  it('whose reader has gone end the program quietly', async () => {
    const child = spawn(process.execPath, [cli, 'train', 'compact', '--print'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const stderr: Buffer[] = [];
    child.stderr.on('data', chunk => stderr.push(chunk));
    const code = await new Promise(resolve => child.on('close', resolve));
    expect([code, Buffer.concat(stderr).toString()]).toEqual([141, '']);
  });
});

describe('models', () => {
  it('that are unknown: the ones there are, and the nearest', async () => {
    const { code, stderr, json } = await srJson(['upscale', picture, '-o', at('x.png'), '--model', 'x4-smal']);
    expect(code).toBe(1);
    expect(stderr).toMatch(line('model/unknown'));
    expect(stderr).toMatch(/there are [^;.]*\bx4-small, x4-small-adversarial\b/);
    expect(stderr).toContain('Did you mean "x4-small"?');
    expect(json).toEqual({
      outputs: [],
      errors: [{ input: picture, code: 'model/unknown', message: expect.any(String) }],
    });
  });

  it('that have no perceptual form, and amounts of none', async () => {
    const { code, stderr } = await sr([
      'upscale',
      picture,
      '-o',
      at('x.png'),
      '--model',
      'x4-tiny',
      '--perceptual',
      '1',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(line('model/perceptual'));
    expect(stderr).toContain('x4-small-adversarial');
    const interpolated = await sr(['eval', '--hr', picture, '--scale', '4', '--model', 'bicubic', '--perceptual', '1']);
    expect(interpolated.stderr).toMatch(line('model/perceptual'));
    expect(interpolated.stderr).toContain('Bicubic');
    for (const amount of ['1.5', '-0.1', 'much', '']) {
      const wrong = await sr(['upscale', picture, '-o', at('x.png'), `--perceptual=${amount}`]);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('Expected a number from 0 to 1');
    }
  });

  it('that are unknown, or of no scale there is, are told alike with --perceptual', async () => {
    for (const wrong of [
      ['--model', 'x4-smal'],
      ['--model', at('missing.pth')],
      ['--scale', '5'],
    ]) {
      const plain = await sr(['upscale', picture, '-o', at('x.png'), ...wrong]);
      const between = await sr(['upscale', picture, '-o', at('x.png'), ...wrong, '--perceptual', '.5']);
      expect([between.code, between.stderr]).toEqual([1, plain.stderr]);
    }
  });

  it('of another scale', async () => {
    const { code, stderr } = await sr(['upscale', picture, '-o', at('x.png'), '--scale', '3', ...tiny]);
    expect(code).toBe(1);
    expect(stderr).toMatch(line('model/scale'));
  });

  it('that are of another network: the first parameter that does not fit, and both shapes', async () => {
    const weights = weightsOf(compact({ channels: 8, depth: 1 }));
    await writeWeightFile(at('other.safetensors'), weights);
    const { code, stderr } = await sr(['upscale', picture, '-o', at('x.png'), '--model', at('other.safetensors')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(line('weights/shape'));
    expect(stderr).toMatch(/"head\.weight": expected the shape \[32, 3, 3, 3\], the weights hold \[8, 3, 3, 3\]/);
  });

  it('whose data are not those of their card', async () => {
    const bytes = readFileSync(model);
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(at('changed.safetensors'), bytes);
    const { code, stderr } = await sr(['upscale', picture, '-o', at('x.png'), '--model', at('changed.safetensors')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(line('weights/hash'));
  });

  it('that are malicious or lie', async () => {
    writeFileSync(at('evil.pth'), legacyPickle('cposix\nsystem\nX\x0b\x00\x00\x00touch owned\x85R.'));
    writeFileSync(at('long-header.safetensors'), safetensors(2n ** 40n, '{}'));
    const offsets = '{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}';
    writeFileSync(at('offsets.safetensors'), safetensors(BigInt(offsets.length), offsets));
    writeFileSync(at('nothing.safetensors'), '');
    const uses = [
      ['weights', 'inspect', at('evil.pth')],
      ['weights', 'convert', at('evil.pth'), at('converted.safetensors')],
      ['upscale', picture, '-o', at('x.png'), '--model', at('evil.pth')],
      ...['long-header', 'offsets', 'nothing'].map(name => ['weights', 'inspect', at(`${name}.safetensors`)]),
      ['upscale', picture, '-o', at('x.png'), '--model', at('offsets.safetensors')],
    ];
    for (const args of uses) {
      const { code, stderr } = await sr(args, { cwd: folder.path });
      expect(code).toBe(1);
      expect(stderr).toMatch(line('weights/[a-z-]+'));
      expect(stderr).toMatch(/\/(evil|long-header|offsets|nothing)\./);
    }
    const written = filesBelow('.').filter(name => /owned|converted|x\.png/.test(name));
    expect(written).toEqual([]);
    expect((await sr(['weights', 'inspect', at('evil.pth')])).stderr).toContain('posix');
  });
});

describe('downloads', () => {
  const content = Buffer.from('weights of a kind');
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = createServer((_, response) => response.end(content));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some.safetensors`;
  });
  afterAll(() => server.close());

  it('with another hash are not kept', async () => {
    const env = { SR_CACHE_DIR: at('cache') };
    const right = createHash('sha256').update(content).digest('hex');
    const wrong = await sr(['weights', 'fetch', address, '--sha256', [...right].reverse().join('')], { env });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(line('weights/hash'));
    expect(wrong.stderr).toContain(right);
    expect(filesBelow('cache')).toEqual([]);
    const { code, json } = await srJson(['weights', 'fetch', address, '--sha256', right], { env });
    expect(code).toBe(0);
    expect(readFileSync(json.files[0].path)).toEqual(content);
  });
});

describe('the command line', () => {
  it.each([
    [['upscal'], 'usage/unknown-command', 'Did you mean upscale?'],
    [['upscale', 'a.png', '-o', 'b.png', '--scal', '4'], 'usage/unknown-option', 'Did you mean --scale?'],
    [['upscale', 'a.png'], 'usage/[a-z-]+', '--output'],
    [['upscale', '-o', 'b.png'], 'usage/missing-argument', 'inputs'],
    [['upscale', 'a.png', '-o', 'b.png', '--tile', 'big'], 'usage/invalid-argument', 'Expected an integer from 1.'],
    [['upscale', 'a.png', '-o', 'b.png', '--backend', 'wsm'], 'usage/invalid-argument', 'wasm'],
    [['upscale', '-', '-o', '-', '--json'], 'usage/output', '--json'],
    [['metrics', '--ref', 'a', '--dist', 'b', '--metrics', 'psnr,lpips'], 'usage/metric', 'there are psnr, ssim'],
    [['metrics', '--dist', 'a'], 'usage/missing-option', 'psnr'],
    [['metrics', '--ref', '.', '--dist', 'package.json'], 'usage/pair', 'two folders'],
    [['eval', '--hr', 'x'], 'usage/[a-z-]+', '--scale'],
    [['train', 'compact'], 'usage/missing-option', '--data'],
    [['weights', 'fetch'], 'usage/missing-argument', '--all'],
  ])('%j is refused', async (args, code, words) => {
    const result = await sr(args);
    expect([result.code, result.stdout.toString()]).toEqual([2, '']);
    expect(result.stderr).toMatch(line(code));
    expect(result.stderr).toContain(words);
  });

  it('names recipes there are, and what is wrong with one', async () => {
    const unknown = await sr(['train', 'compac', '--print']);
    expect(unknown.stderr).toMatch(line('recipe/unknown'));
    expect(unknown.stderr).toContain('Did you mean "compact"?');
    const missing = await sr(['train', 'below/missing.json', '--print']);
    expect(missing.stderr).toMatch(line('file/not-found'));
    expect(missing.stderr).toContain('There is no file below/missing.json.');
    const change = await sr(['train', 'compact', '--print', '--set', 'losses.pixl.weigt=2']);
    expect([change.code, change.stderr.split('\n').length]).toEqual([1, 2]);
    const invalid = await sr(['train', 'compact', '--print', '--set', 'losses.pixel.kind=l3']);
    expect(invalid.stderr).toMatch(line('recipe/invalid'));
    expect(invalid.stderr).toContain('losses.pixel.kind');
  });

  it('shows where an error arose on request only', async () => {
    const { stderr } = await sr(['upscale', at('nowhere.png'), '-o', at('x.png'), ...tiny], { env: { SR_DEBUG: '1' } });
    expect(stderr).toMatch(/^sr: \[picture\/not-found\] .*\n.*\n\s+at /);
  });
});

function noise(width: number, height: number): Picture {
  const random = new Random(width);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}

function filesBelow(name: string): string[] {
  if (!existsSync(at(name))) return [];
  return readdirSync(at(name), { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(entry => entry.isFile())
    .map(entry => entry.name);
}

/** A PNG of black pixels, of which only the first rows are there. */
function pngOfSize(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8); // one bit, grey
  const rows = deflateSync(Buffer.alloc(100 * (1 + width / 8)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** PyTorch's format before 1.6: a magic number, a version, facts about the system, then the object, each a pickle. */
function legacyPickle(object: string): Uint8Array {
  const magic = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.';
  return Buffer.from(
    `${magic}\x80\x02M\xe9\x03.\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.\x80\x02${object}`,
    'latin1',
  );
}

function safetensors(headerLength: bigint, header: string): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength);
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(64)]);
}
