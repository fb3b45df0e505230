import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { card } from '../../test/weights/card.js';
import { asGolden, golden, goldenFile } from '../../test/weights/golden.js';
import { convertWeights } from './convert-weights.js';
import { inspectWeights } from './inspect-weights.js';
import { readWeightFile } from './read-weight-file.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { writeWeightFile } from './write-weight-file.js';
import { hashTensorData, verifyCard } from './write-weights.js';

/** Set by a test: the code with which the disk answers the next writing. */
const disk = vi.hoisted(() => ({ failure: undefined as string | undefined }));

vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    open: async (...args: Parameters<typeof fs.open>) => {
      const file = await fs.open(...args);
      if (disk.failure === undefined) return file;
      const code = disk.failure;
      file.writeFile = async () => {
        // Half of it is written before the disk is full.
        await file.write(new Uint8Array(10));
        throw Object.assign(new Error('no'), { code });
      };
      return file;
    },
  };
});

const tensors = new Map([
  ['a', { shape: [2], data: Float32Array.of(1, 2) }],
  ['b', { shape: [1, 1], data: Float32Array.of(3) }],
]);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-weights-'));
  path = join(folder, 'net.safetensors');
});

afterEach(async () => {
  disk.failure = undefined;
  await rm(folder, { recursive: true });
});

describe('writing is all or nothing', () => {
  test('writes, replaces, and leaves nothing beside', async () => {
    await writeWeightFile(path, new Map());
    await writeWeightFile(pathToFileURL(path), tensors, { metadata: { note: 'x' }, card, dtype: 'f16' });
    expect(await readdir(folder)).toEqual(['net.safetensors']);
    const { tensors: read, metadata } = await readWeightFile(path);
    expect(read.get('a')).toEqual({ dtype: 'f16', shape: [2], data: Float32Array.of(1, 2) });
    expect(metadata.note).toBe('x');
    await verifyCard(await readFile(path));
  });

  test.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EIO', 'file/unwritable'],
  ])('%s in the middle: the old file stays, no other does', async (failure, code) => {
    await writeFile(path, 'old');
    disk.failure = failure;
    await expect(writeWeightFile(path, tensors)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path),
    });
    expect(await readdir(folder)).toEqual(['net.safetensors']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  test('a folder that is missing, or that has the name', async () => {
    await expect(writeFileAtomic(join(folder, 'no/file'), new Uint8Array(1))).rejects.toMatchObject({
      code: 'file/not-found',
    });
    await mkdir(path);
    await expect(writeFileAtomic(path, new Uint8Array(1))).rejects.toMatchObject({ code: 'file/directory' });
    expect(await readdir(folder)).toEqual(['net.safetensors']);
  });
});

describe('reading', () => {
  test('a file of any format, by path or URL', async () => {
    for (const name of ['state.zip.pth', 'state.legacy.pth']) {
      await writeFile(join(folder, name), goldenFile(name));
      expect(asGolden(await readWeightFile(pathToFileURL(join(folder, name))))).toEqual(golden.pth[name]!['']);
    }
  });

  test('errors name the file', async () => {
    await expect(readWeightFile(path)).rejects.toMatchObject({
      code: 'file/not-found',
      message: expect.stringContaining(path),
    });
    await expect(readWeightFile(folder)).rejects.toMatchObject({
      code: 'file/directory',
      message: expect.stringContaining(folder),
    });
    await writeFile(path, '<html>');
    await expect(readWeightFile(path)).rejects.toMatchObject({
      code: 'weights/format',
      message: expect.stringContaining(path),
    });
  });
});

describe('inspecting', () => {
  test('says what is in a file', async () => {
    await writeWeightFile(path, tensors, { metadata: { note: 'x' }, card });
    const inspection = await inspectWeights(path);
    expect(inspection).toMatchObject({ path, format: 'safetensors', values: 3, card });
    expect(inspection.bytes).toBe((await readFile(path)).length);
    expect(inspection.metadata.note).toBe('x');
    expect(inspection.tensors).toEqual([
      { name: 'a', dtype: 'f32', shape: [2], values: 2 },
      { name: 'b', dtype: 'f32', shape: [1, 1], values: 1 },
    ]);
  });

  test('of a checkpoint', async () => {
    await writeFile(path, goldenFile('checkpoint.pth'));
    const inspection = await inspectWeights(path, { which: 'params' });
    expect(inspection).toMatchObject({ format: 'pth-zip', metadata: {} });
    expect(inspection.tensors.map(tensor => tensor.name)).toEqual(Object.keys(golden.pth['checkpoint.pth']!.params!));
    expect(inspection).not.toHaveProperty('card');
  });
});

describe('converting', () => {
  const out = (): string => join(folder, 'out.safetensors');

  test('a PyTorch file keeps its values', async () => {
    await writeFile(path, goldenFile('checkpoint.pth'));
    await convertWeights(path, out(), { which: 'params' });
    const values = (state: ReturnType<typeof asGolden>) =>
      Object.entries(state)
        .map(([name, tensor]) => [name, tensor.shape, tensor.values])
        .sort();
    expect(values(asGolden(await readWeightFile(out())))).toEqual(values(golden.pth['checkpoint.pth']!.params!));
  });

  test('metadata and card go along, the hash is that of the new data', async () => {
    await writeWeightFile(path, tensors, { metadata: { note: 'x' }, card });
    await convertWeights(path, out(), { dtype: 'f16' });
    const { metadata, card: converted } = await inspectWeights(out());
    expect(metadata.note).toBe('x');
    expect(converted).toEqual({ ...card, sha256: await hashTensorData(await readFile(out())) });
    await verifyCard(await readFile(out()));
  });

  test('a file that cannot be read makes no file', async () => {
    await writeFile(path, goldenFile('evil-system.zip.pth'));
    await expect(convertWeights(path, out())).rejects.toMatchObject({ code: 'weights/unsafe' });
    expect(await readdir(folder)).toEqual(['net.safetensors']);
  });
});
