import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { assetsFolder } from '#assets';
import { digest } from '../../test/weights/digest.js';
import { asGolden, golden, goldenFile } from '../../test/weights/golden.js';
import { readPth } from './read-pth.js';

describe('reads what torch.load reads', () => {
  const states = Object.entries(golden.pth).flatMap(([file, parts]) =>
    Object.keys(parts).map(key => [file, key] as const),
  );
  test.each(states)('%s %s', (file, key) => {
    expect(asGolden(readPth(goldenFile(file), key === '' ? {} : { which: key }))).toEqual(golden.pth[file]![key]);
  });

  test('a Node Buffer at any alignment', () => {
    for (const name of ['dtypes.zip.pth', 'dtypes.legacy.pth']) {
      const shifted = Buffer.concat([Buffer.from([1, 2, 3]), goldenFile(name)]).subarray(3);
      expect(asGolden(readPth(shifted))).toEqual(golden.pth[name]!['']);
    }
  });

  test('tensors that share a storage have values of their own', () => {
    const { tensors } = readPth(goldenFile('layouts.zip.pth'));
    tensors.get('whole')!.data.fill(-1);
    expect(asGolden({ tensors, metadata: {} }).matrix).toEqual(golden.pth['layouts.zip.pth']!['']!.matrix);
  });

  const assets = assetsFolder('weights/lpips_linear_pth');
  const names = Object.keys(golden.assets).filter(name => name.endsWith('.pth'));
  test.skipIf(assets === undefined).each(names)('%s', name => {
    expect(digest(readPth(readFileSync(join(assets!, '../..', name))))).toBe(golden.assets[name]);
  });
});

describe('chooses the state dict in a checkpoint', () => {
  test('params_ema before params', () => {
    const checkpoint = goldenFile('checkpoint.pth');
    expect(asGolden(readPth(checkpoint))).toEqual(golden.pth['checkpoint.pth']!.params_ema);
  });

  test('none under the customary keys: says where tensors are', () => {
    expect(() => readPth(goldenFile('other-keys.pth'))).toThrow(
      expect.objectContaining({ code: 'weights/which', message: expect.stringContaining('generator') }),
    );
  });

  test.each(['missing', 'step', 'note', '__proto__'])('"%s" is none', which => {
    expect(() => readPth(goldenFile('checkpoint.pth'), { which })).toThrow(
      expect.objectContaining({ code: 'weights/which', message: expect.stringMatching(/params, params_ema/) }),
    );
  });
});

describe('a pickle that asks for anything else is refused by name', () => {
  test.each(Object.entries(golden.unsafe))('%s: %s', (file, name) => {
    expect(() => readPth(goldenFile(file))).toThrow(
      expect.objectContaining({ code: 'weights/unsafe', message: expect.stringContaining(name) }),
    );
  });
});

describe('zip files', () => {
  const parts = (): Zippable => unzipSync(goldenFile('state.zip.pth'));
  const named = (end: string): string => Object.keys(parts()).find(name => name.endsWith(end))!;
  const refused = (files: Zippable, code: string, message: RegExp): void => {
    expect(() => readPth(zipSync(files, { level: 0 }))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  };

  test('no pickle, or two', () => {
    refused({ 'a/b.txt': strToU8('hello') }, 'weights/corrupt', /received 0 of them/);
    refused({ ...parts(), 'other/data.pkl': strToU8('N.') }, 'weights/corrupt', /received 2 of them/);
  });

  test('an unknown byte order', () => {
    refused({ ...parts(), [named('byteorder')]: strToU8('middle') }, 'weights/corrupt', /byte order is "middle"/);
  });

  test('a storage that is missing or too short', () => {
    const { [named('data/0')]: _, ...without } = parts();
    refused(without, 'weights/corrupt', /storage of "0\.weight" has 0 bytes, expected 72/);
    refused({ ...parts(), [named('data/0')]: new Uint8Array(71) }, 'weights/corrupt', /has 71 bytes, expected 72/);
  });

  test('truncated anywhere', () => {
    const bytes = goldenFile('state.zip.pth');
    for (let length = 4; length < bytes.length; length += 7) {
      expect(() => readPth(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'weights/corrupt' }));
    }
  });

  test('a bomb is not unpacked', () => {
    const bomb = zipSync({ ...parts(), [named('data/0')]: new Uint8Array(10_000_000) }, { level: 1 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => readPth(bomb)).toThrow(expect.objectContaining({ code: 'weights/too-large' }));
  });

  test('many entries that share one place are not unpacked', () => {
    const files = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`a/data/${i}`, new Uint8Array(10_000)]));
    const bytes = zipSync({ 'a/data.pkl': strToU8('N.'), 'a/data/x': new Uint8Array(0), ...files }, { level: 0 });
    // Every entry of the directory is pointed at the first storage; what lies between is cut out of the file.
    const directory = bytes.lastIndexOf(0x50, bytes.length - 22);
    expect(directory).toBeGreaterThan(0);
    const view = new DataView(bytes.buffer);
    const end = bytes.length - 22;
    const start = view.getUint32(end + 16, true);
    const first = bytes.slice(0, 30_000);
    const tail = bytes.slice(start);
    const tailView = new DataView(tail.buffer);
    for (let at = 0, entry = 0; tailView.getUint32(at, true) === 0x02014b50; entry++) {
      const length = 46 + tailView.getUint16(at + 28, true) + tailView.getUint16(at + 30, true);
      if (entry > 2) tailView.setUint32(at + 42, tailView.getUint32(at + 42, true) % 20_000, true);
      at += length;
    }
    tailView.setUint32(tail.length - 22 + 16, first.length, true);
    expect(() => readPth(Buffer.concat([first, tail]))).toThrow(expect.objectContaining({ code: 'weights/too-large' }));
  });
});

describe('legacy files', () => {
  const bytes = goldenFile('state.legacy.pth');
  /** The file with `to` so many bytes after the start of `from`. */
  const replaced = (from: readonly number[] | string, to: readonly number[], after = 0): Uint8Array => {
    const at = Buffer.from(bytes).indexOf(typeof from === 'string' ? from : Buffer.from(from));
    expect(at).toBeGreaterThan(0);
    const copy = bytes.slice();
    copy.set(to, at + after);
    return copy;
  };

  test('truncated anywhere', () => {
    for (let length = 0; length < bytes.length; length += 3) {
      expect(() => readPth(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'weights/corrupt' }));
    }
  });

  test('another magic number', () => {
    expect(() => readPth(replaced([0x6c, 0xfc], [0x6c, 0xfd]))).toThrow(
      expect.objectContaining({ code: 'weights/corrupt', message: expect.stringContaining('magic number') }),
    );
  });

  test('another protocol (1,002)', () => {
    expect(() => readPth(replaced([0x4d, 0xe9, 0x03], [0x4d, 0xea, 0x03]))).toThrow(
      expect.objectContaining({ code: 'weights/unsupported', message: expect.stringContaining('1002') }),
    );
  });

  test('of a big-endian machine', () => {
    // The text, two bytes that store it, then True, which becomes False.
    expect(() => readPth(replaced('little_endian', [0x89], 'little_endian'.length + 2))).toThrow(
      expect.objectContaining({ code: 'weights/unsupported', message: expect.stringContaining('little-endian') }),
    );
  });

  test('a storage that states 2^63 - 1 elements', () => {
    const lengths = [18, 0, 0, 0, 0, 0, 0, 0];
    expect(() => readPth(replaced(lengths, [255, 255, 255, 255, 255, 255, 255, 127]))).toThrow(
      expect.objectContaining({ code: 'weights/corrupt' }),
    );
  });
});

describe('tensors that lie', () => {
  /** A zip with a float storage of `stored` elements and one tensor as the pickle describes it. */
  const lying = (offset: string, shape: string, strides: string, stored = 8, count = 1): Uint8Array => {
    const storage = '(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x08tQ';
    const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${strides}\x89NtR`;
    const items = Array.from({ length: count }, (_, i) => `X\x05\x00\x00\x00${String(i).padStart(5, '0')}${tensor}s`);
    const pickle = Uint8Array.from(`\x80\x02}${items.join('')}.`, character => character.charCodeAt(0));
    return zipSync({ 'a/data.pkl': pickle, 'a/data/0': new Uint8Array(stored * 4) }, { level: 0 });
  };

  test('an honest one for comparison', () => {
    expect(readPth(lying('K\x00', 'K\x08\x85', 'K\x01\x85')).tensors.get('00000')!.shape).toEqual([8]);
  });

  test.each([
    ['an offset beyond the storage', 'K\x01', 'K\x08\x85', 'K\x01\x85'],
    ['a size beyond the storage', 'K\x00', 'K\x09\x85', 'K\x01\x85'],
    ['strides beyond the storage', 'K\x00', 'K\x02K\x02\x86', 'K\x07K\x02\x86'],
    ['a huge size', 'K\x00', '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85', 'K\x00\x85'],
    ['huge sizes', 'K\x00', 'J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86', 'K\x00K\x00\x86'],
    ['a negative stride', 'K\x07', 'K\x08\x85', 'J\xff\xff\xff\xff\x85'],
    ['a negative offset', 'J\xff\xff\xff\xff', 'K\x08\x85', 'K\x01\x85'],
    ['strides for other axes', 'K\x00', 'K\x08\x85', 'K\x01K\x01\x86'],
    ['sizes that are no tuple', 'K\x00', 'K\x08', 'K\x01\x85'],
    ['a size that is no number', 'K\x00', 'N\x85', 'K\x01\x85'],
    ['65 axes', 'K\x00', `(${'K\x01'.repeat(65)}t`, `(${'K\x01'.repeat(65)}t`],
  ])('%s', (_, offset, shape, strides) => {
    expect(() => readPth(lying(offset, shape, strides))).toThrow(expect.objectContaining({ code: 'weights/corrupt' }));
  });

  test('a storage shorter than stated', () => {
    expect(() => readPth(lying('K\x00', 'K\x08\x85', 'K\x01\x85', 7))).toThrow(
      expect.objectContaining({ code: 'weights/corrupt' }),
    );
  });

  test('a billion elements out of one, or a few out of many tensors', () => {
    const expanded = lying('K\x00', 'J\x00\x00\x00\x40\x85', 'K\x00\x85');
    expect(() => readPth(expanded)).toThrow(expect.objectContaining({ code: 'weights/too-large' }));
    const many = lying('K\x00', 'M\xff\x7f\x85', 'K\x00\x85', 8, 100);
    expect(() => readPth(many)).toThrow(expect.objectContaining({ code: 'weights/too-large' }));
  });
});
