import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Picture, Random } from 'sr-tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Batch, BatchSource } from '../batch.js';
import { modCrop } from '../crop-picture.js';
import { resizePicture } from '../resize-picture.js';
import { folderSource } from './folder-source.js';
import { readPicture } from './read-picture.js';
import { writePicture } from './write-picture.js';

const random = new Random(5);
function noise(width: number, height: number, channels: Picture['channels'] = 3): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, () => random.int(256));
  return { data, width, height, channels };
}

let folder: string;
let sources: BatchSource[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sr-data-source-'));
});
afterEach(async () => {
  await Promise.all(sources.map(source => source.close()));
  sources = [];
  await rm(folder, { recursive: true });
});

/** Small patches, so that few pictures serve. */
async function open(options: Partial<Parameters<typeof folderSource>[0]> = {}): Promise<BatchSource> {
  const source = await folderSource({ data: folder, scale: 2, patchSize: 4, batchSize: 5, seed: 1, ...options });
  sources.push(source);
  return source;
}

async function take(source: BatchSource, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let i = 0; i < count; i++) batches.push(await source.next());
  return batches;
}

async function fill(count: number, width = 21, height = 17): Promise<void> {
  for (let i = 0; i < count; i++)
    await writePicture(join(folder, `${String(i).padStart(3, '0')}.png`), noise(width, height));
}

/** All places and turns at which a patch of a batch is found in a picture. */
function places(picture: Picture, batch: Batch['input'], index: number): string[] {
  const side = batch.shape[1];
  const patch = batch.data.subarray(index * side * side * 3, (index + 1) * side * side * 3);
  const found: string[] = [];
  const pixel = (x: number, y: number, c: number) => picture.data[(y * picture.width + x) * 3 + c]!;
  for (let top = 0; top + side <= picture.height; top++) {
    for (let left = 0; left + side <= picture.width; left++) {
      for (let turn = 0; turn < 8; turn++) {
        const same = patch.every((value, i) => {
          const [c, across, down] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
          const [x, y] = turn & 4 ? [down, across] : [across, down];
          const at = [left + (turn & 1 ? side - 1 - x : x), top + (turn & 2 ? side - 1 - y : y)] as const;
          return Math.round(value * 255) === pixel(...at, c);
        });
        if (same) found.push(`${left},${top},${turn}`);
      }
    }
  }
  return found;
}

describe('patches', () => {
  test('input and target show the same place, on the grid, turned alike; all turns occur', async () => {
    await fill(2);
    const pictures = await Promise.all(['000', '001'].map(name => readPicture(join(folder, `${name}.png`))));
    const source = await open();
    const turns = new Set<string>();
    const used = new Set<number>();
    for (const { input, target } of await take(source, 12)) {
      expect([input.shape, target.shape]).toEqual([
        [5, 4, 4, 3],
        [5, 8, 8, 3],
      ]);
      for (let i = 0; i < 5; i++) {
        const matches = pictures.flatMap((hr, which) => {
          const whole = modCrop(hr, { scale: 2 });
          const low = places(resizePicture(whole, { scale: 0.5 }), input, i);
          return places(whole, target, i).map(place => ({ place, low, which }));
        });
        expect(matches).toHaveLength(1);
        const [left, top, turn] = matches[0]!.place.split(',').map(Number);
        expect(matches[0]!.low).toContain(`${left! / 2},${top! / 2},${turn}`);
        turns.add(String(turn));
        used.add(matches[0]!.which);
      }
    }
    expect([turns.size, used.size]).toEqual([8, 2]);
  });

  test('without augmentation they are upright', async () => {
    await fill(1);
    const hr = modCrop(await readPicture(join(folder, '000.png')), { scale: 2 });
    const [batch] = await take(await open({ augment: false }), 1);
    for (let i = 0; i < 5; i++) expect(places(hr, batch!.target, i)[0]).toMatch(/,0$/);
  });

  test('a given low-resolution folder is used as it is', async () => {
    await mkdir(join(folder, 'hr'));
    await mkdir(join(folder, 'lr'));
    await writePicture(join(folder, 'hr', 'a.png'), noise(20, 16));
    await writePicture(join(folder, 'hr', 'b.png'), noise(20, 16));
    const lr = noise(10, 8);
    await writePicture(join(folder, 'lr', 'ax2.png'), lr);
    const source = await open({ data: join(folder, 'hr'), lr: join(folder, 'lr') });
    const [batch] = await take(source, 1);
    for (let i = 0; i < 5; i++) expect(places(lr, batch!.input, i).length).toBeGreaterThan(0);
    expect(source.skipped).toMatchObject([{ path: join(folder, 'hr', 'b.png'), kind: 'unpaired' }]);
  });

  test('grey, alpha and 16 bits become RGB in 8 bits', async () => {
    const wide = { ...noise(10, 10, 1), data: Uint16Array.from({ length: 100 }, () => 514) };
    await writePicture(join(folder, 'grey.png'), wide);
    const [grey] = await take(await open(), 1);
    expect(new Set(grey!.target.data)).toEqual(new Set([Math.fround(2 / 255)]));
    await writePicture(join(folder, 'grey.png'), { ...noise(10, 10, 4), data: new Uint8Array(400).fill(51) });
    const [alpha] = await take(await open(), 1);
    expect(new Set(alpha!.target.data)).toEqual(new Set([Math.fround(0.2)]));
  });
});

describe('the same seed gives the same batches', () => {
  test('whatever is prefetched or cached', async () => {
    await fill(4);
    const expected = await take(await open({ prefetch: 0 }), 6);
    expect(await take(await open({ prefetch: 5 }), 6)).toEqual(expected);
    expect(await take(await open({ cacheBytes: 0 }), 6)).toEqual(expected);
    expect(await take(await open({ cacheBytes: 2000 }), 6)).toEqual(expected);
    expect(await take(await open({ seed: 2 }), 1)).not.toEqual(expected.slice(0, 1));
  });

  test('and continues exactly from a state, through JSON', async () => {
    await fill(3);
    const source = await open();
    await take(source, 3);
    const state = JSON.parse(JSON.stringify(source.state()));
    const expected = await take(source, 4);
    const other = await open({ seed: 99 });
    await take(other, 1);
    other.restore(state);
    expect(await take(other, 4)).toEqual(expected);
    source.restore(state);
    expect(await take(source, 4)).toEqual(expected);
    for (const wrong of [undefined, {}, { seed: 1 }, { seed: 1, batch: -1 }, 'x']) {
      expect(() => source.restore(wrong)).toThrow(expect.objectContaining({ code: 'data/state' }));
    }
  });

  test('an aborted call takes nothing away', async () => {
    await fill(2);
    const expected = await take(await open(), 3);
    const source = await open();
    const controller = new AbortController();
    const call = source.next({ signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await expect(source.next({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    expect(await take(source, 3)).toEqual(expected);
  });

  test('calls that overlap get batches one after the other', async () => {
    await fill(2);
    const expected = await take(await open(), 4);
    const source = await open();
    expect(await Promise.all(Array.from({ length: 4 }, () => source.next()))).toEqual(expected);
  });
});

describe('pictures that cannot be used', () => {
  test('are left out and listed with the reason', async () => {
    await fill(21);
    await writeFile(join(folder, 'broken.png'), 'no picture');
    const good = join(folder, 'small.png');
    await writePicture(good, noise(7, 30));
    await writeFile(join(folder, 'labels.mat'), 'ignored');
    const source = await open();
    expect(source.pictures).toBe(21);
    expect(source.skipped.map(({ path, kind }) => [path, kind])).toEqual([
      [join(folder, 'broken.png'), 'broken'],
      [good, 'small'],
    ]);
    expect(source.skipped[1]!.reason).toContain('7 x 30');
    await take(source, 2);
  });

  test('a picture whose pixels are cut off is replaced by the next, always the same way', async () => {
    await fill(12, 64, 64);
    const bad = join(folder, '003.png');
    const bytes = await (await import('node:fs/promises')).readFile(bad);
    await writeFile(bad, bytes.subarray(0, bytes.length / 2));
    const source = await open();
    expect(source.pictures).toBe(12);
    const expected = await take(source, 10);
    expect(source.pictures).toBe(11);
    expect(source.skipped).toMatchObject([{ path: bad, kind: 'broken' }]);
    expect(await take(await open({ prefetch: 0, cacheBytes: 0 }), 10)).toEqual(expected);
  });

  test('more than a tenth broken, none usable, wrong options', async () => {
    await fill(8);
    await writeFile(join(folder, 'broken.png'), 'no picture');
    await expect(open()).rejects.toMatchObject({ code: 'data/broken' });
    await rm(join(folder, 'broken.png'));
    await expect(open({ patchSize: 100 })).rejects.toMatchObject({ code: 'data/empty' });
    await expect(open({ data: join(folder, 'missing') })).rejects.toMatchObject({ code: 'picture/not-found' });
    for (const options of [{ scale: 1.5 }, { patchSize: 0 }, { batchSize: -1 }]) {
      await expect(open(options)).rejects.toMatchObject({ code: 'data/option' });
    }
  });

  test('files that vanish or change while training are skipped, and end in an error when all have', async () => {
    await fill(30);
    const source = await open({ cacheBytes: 0, prefetch: 1 });
    await take(source, 2);
    await unlink(join(folder, '004.png'));
    await writePicture(join(folder, '007.png'), noise(40, 40));
    await take(source, 40);
    expect(source.skipped.map(({ path }) => path).sort()).toEqual(
      ['004.png', '007.png'].map(name => join(folder, name)),
    );
    for (let i = 0; i < 30; i++) await rm(join(folder, `${String(i).padStart(3, '0')}.png`), { force: true });
    await expect(take(source, 100)).rejects.toMatchObject({ code: 'data/broken' });
    await expect(source.next()).rejects.toMatchObject({ code: 'data/broken' });
  });
});

test('after close there are no batches', async () => {
  await fill(2);
  const source = await open();
  const call = source.next();
  await source.close();
  await call.catch(() => {});
  await expect(source.next()).rejects.toMatchObject({ code: 'data/closed' });
});

test('an abort while opening', async () => {
  await fill(2);
  await expect(open({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
});
