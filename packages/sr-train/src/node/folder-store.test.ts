import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeCheckpoint } from '../checkpoint.js';
import { crashingFiles } from '../fixtures/crashing-files.js';
import { latestCheckpoint } from '../latest-checkpoint.js';
import { folderStore } from './folder-store.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const checkpoint = (iteration: number): Uint8Array =>
  encodeCheckpoint({ iteration, values: new Float32Array(100).fill(iteration) });

describe('folderStore', () => {
  test('is empty before the first checkpoint', async () => {
    expect(await folderStore(join(folder, 'none')).list()).toEqual([]);
  });

  test('keeps the last two', async () => {
    const store = folderStore(join(folder, 'checkpoints'));
    for (const iteration of [5, 10, 200]) await store.write(iteration, checkpoint(iteration));
    expect(await store.list()).toEqual([200, 10]);
    expect(await readdir(join(folder, 'checkpoints'))).toHaveLength(2);
    expect((await latestCheckpoint(store)).state).toEqual({ iteration: 200, values: new Float32Array(100).fill(200) });
  });

  test.each([{ torn: false }, { torn: true }])('can be read wherever a save ends: %o', async options => {
    let crashAt = 0;
    for (let complete = false; !complete; crashAt++) {
      const path = join(folder, `run-${crashAt}`);
      const store = folderStore(path);
      for (const iteration of [1, 2]) await store.write(iteration, checkpoint(iteration));
      const { files, begun } = crashingFiles(crashAt, options);
      await folderStore(path, files)
        .write(3, checkpoint(3))
        .catch(() => undefined);
      complete = begun() <= crashAt;
      const { state, skipped } = await latestCheckpoint(store);
      const { iteration } = state as { iteration: number };
      expect(state).toEqual({ iteration, values: new Float32Array(100).fill(iteration) });
      expect(skipped).toEqual([]);
      expect([2, 3]).toContain(iteration);
      if (complete) expect(iteration).toBe(3);
      // The next save does not mind what lies about.
      await store.write(4, checkpoint(4));
      expect((await latestCheckpoint(store)).state).toMatchObject({ iteration: 4 });
      expect(await store.list()).toHaveLength(2);
    }
    // mkdir, open, write, sync, close, rename, open, sync, close, readdir, rm at least.
    expect(crashAt).toBeGreaterThan(10);
  });

  test.skipIf(!existsSync('/dev/full'))('says so when no space is left, and keeps what there was', async () => {
    const store = folderStore(folder);
    await store.write(1, checkpoint(1));
    // A device that is always full, under the name that is written to first.
    await symlink('/dev/full', join(folder, 'step-000000002.safetensors.partial'));
    await expect(store.write(2, checkpoint(2))).rejects.toMatchObject({
      code: 'disk/full',
      message: expect.stringContaining('step-000000002.safetensors'),
    });
    expect(await readdir(folder)).toEqual(['step-000000001.safetensors']);
    expect((await latestCheckpoint(store)).state).toMatchObject({ iteration: 1 });
  });

  test('says so when it may not write', async () => {
    const file = join(folder, 'step-000000001.safetensors');
    await folderStore(folder).write(1, checkpoint(1));
    await expect(folderStore(file).write(2, checkpoint(2))).rejects.toMatchObject({ code: 'disk/write' });
  });
});
