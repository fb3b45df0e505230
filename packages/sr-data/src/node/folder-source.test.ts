import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Picture, Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Batch, BatchSource } from '../batch.js';
import { cropPicture, modCrop } from '../crop-picture.js';
import { preparePicture } from '../prepare-picture.js';
import { resizePicture } from '../resize-picture.js';
import { segmentMasks } from '../segment-masks.js';
import { folderSource } from './folder-source.js';
import { lowResolution } from './low-resolution.js';
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
    const degradation = { kind: 'random' } as const; // which is then not asked for
    const source = await open({ data: join(folder, 'hr'), lr: join(folder, 'lr'), degradation });
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

describe('ways to make and to cut', () => {
  /** The only picture of the folder, and a batch of it that lies upright. */
  async function one(options: Partial<Parameters<typeof folderSource>[0]>, width = 22, height = 18) {
    await fill(1, width, height);
    const source = await open({ augment: false, batchSize: 2, ...options });
    const [batch] = await take(source, 1);
    return { picture: await readPicture(join(folder, '000.png')), batch: batch! };
  }

  /** A batch's first image as bytes. */
  const bytes = ({ data, shape }: Batch['input']) =>
    Uint8Array.from(data.subarray(0, shape[1] * shape[2] * 3), value => Math.round(value * 255));

  test.each(['pil', 'torch'] as const)('bicubic of %s, of the whole picture', async preset => {
    const { picture, batch } = await one({ degradation: { kind: 'bicubic', preset } });
    const small = resizePicture(picture, { scale: 0.5 }, { preset });
    expect(places(small, batch.input, 0)).toHaveLength(1);
  });

  test('blur and bicubic', async () => {
    const { picture, batch } = await one({ degradation: { kind: 'blur-bicubic', sigma: 0.8 } });
    const small = await lowResolution(picture, { degradation: { kind: 'blur-bicubic', sigma: 0.8 }, scale: 2 });
    expect(places(small, batch.input, 0)).toHaveLength(1);
  });

  test('the centre, from which low resolution is made', async () => {
    const { picture, batch } = await one({ crop: 'center', patchSize: 5 });
    const center = cropPicture(picture, { left: 6, top: 4, width: 10, height: 10 });
    expect(bytes(batch.target)).toEqual(center.data);
    expect(bytes(batch.input)).toEqual(resizePicture(center, { scale: 0.5 }).data);
  });

  test('a preparation: the centre made smaller, as for CelebA', async () => {
    const prepare = [
      { type: 'center', width: 16, height: 16 },
      { type: 'resize', width: 12, height: 12, preset: 'pil' },
    ] as const;
    const { picture, batch } = await one({ prepare, patchSize: 6 });
    const face = preparePicture(picture, prepare);
    expect(bytes(batch.target)).toEqual(face.data);
    expect(bytes(batch.input)).toEqual(resizePicture(face, { scale: 0.5 }).data);
  });

  test('a random degradation is drawn for each patch, from the seed alone', async () => {
    await fill(2, 40, 40);
    const options = { degradation: { kind: 'random', order: 1 }, patchSize: 16, augment: false } as const;
    const batches = await take(await open(options), 2);
    expect(new Set(batches.map(({ input }) => input.data.join())).size).toBe(2);
    const other = await open({ ...options, prefetch: 0 });
    await other.next();
    expect(await take(other, 1)).toEqual(batches.slice(1));
    const picture = await readPicture(join(folder, '000.png'));
    const second = await readPicture(join(folder, '001.png'));
    const found = [picture, second].flatMap(hr => places(hr, batches[0]!.target, 0));
    expect(found).toHaveLength(1);
  });

  test('a zoom: a place of the picture in another size, large enough for a patch', async () => {
    const { picture, batch } = await one({ zoom: [0.5, 0.5], patchSize: 4 });
    // 18 x 0.5 = 9 holds 8 pixels, but TSRN's rule wants 8 / 17 of the picture at least: 0.5 it stays.
    const half = resizePicture(picture, { width: 11, height: 9 }, { preset: 'pil' });
    const [place] = places(half, batch.target, 0);
    expect(place).toMatch(/,0$/);
    const [left, top] = place!.split(',').map(Number);
    const patch = cropPicture(half, { left: left!, top: top!, width: 8, height: 8 });
    expect(bytes(batch.input)).toEqual(resizePicture(patch, { scale: 0.5 }).data);
    const enlarged = await one({ zoom: [0.2, 0.2], patchSize: 12 });
    const factor = 24 / 17;
    const whole = resizePicture(
      enlarged.picture,
      { width: Math.floor(22 * factor), height: Math.floor(18 * factor) },
      { preset: 'pil' },
    );
    expect(places(whole, enlarged.batch.target, 0)).toHaveLength(1);
  });

  test('scale 1 gives pictures: input and target are one, unless made worse', async () => {
    const { picture, batch } = await one({ scale: 1, patchSize: 7 });
    expect(batch.input).toBe(batch.target);
    expect(places(picture, batch.target, 0)).toHaveLength(1);
    const steps = [{ type: 'noise', deviation: 20, seed: 1 }] as const;
    const noisy = await one({ scale: 1, patchSize: 7, degradation: { kind: 'steps', steps } });
    expect(noisy.batch.input).not.toEqual(noisy.batch.target);
    expect(noisy.batch.input.shape).toEqual([2, 7, 7, 3]);
  });

  test('flips only: left and right', async () => {
    await fill(1);
    const hr = modCrop(await readPicture(join(folder, '000.png')), { scale: 2 });
    const turns = new Set<string>();
    for (const { target } of await take(await open({ augment: 'flip' }), 4)) {
      for (let i = 0; i < 5; i++) turns.add(places(hr, target, i)[0]!.split(',')[2]!);
    }
    expect([...turns].sort()).toEqual(['0', '1']);
  });

  test('of several patch sizes each batch has one', async () => {
    await fill(2);
    const source = await open({ patchSize: [3, 4, 8] });
    const sides = (await take(source, 20)).map(({ input, target }) => {
      expect(target.shape[1]).toBe(input.shape[1] * 2);
      return input.shape[1];
    });
    expect(new Set(sides)).toEqual(new Set([3, 4, 8]));
  });

  test('tiles: patches lie in them, large pictures count more', async () => {
    await fill(1, 40, 20);
    await writePicture(join(folder, 'small.png'), noise(10, 10));
    const source = await open({ tiles: { size: 20, step: 10, threshold: 0 }, augment: false, batchSize: 1 });
    // 40 x 20 has tiles at 0, 10 and 20; the small picture is one.
    expect([source.pictures, source.stepsPerEpoch]).toEqual([2, 4]);
    const hr = await readPicture(join(folder, '000.png'));
    const small = resizePicture(hr, { scale: 0.5 });
    let ofLarge = 0;
    for (const { input, target } of await take(source, 12)) {
      const [place] = places(hr, target, 0);
      if (place === undefined) continue;
      ofLarge++;
      const [left, top] = place.split(',').map(Number);
      expect(places(small, input, 0)).toContain(`${left! / 2},${top! / 2},0`);
    }
    expect(ofLarge).toBe(9);
  });

  test('options that contradict each other are refused', async () => {
    await fill(1);
    for (const options of [
      { crop: 'center', zoom: [1, 2] },
      { crop: 'center', patchSize: [3, 4] },
      { lr: folder, crop: 'center' },
      { lr: folder, zoom: [1, 2] },
      { zoom: [2, 1] },
      { patchSize: [] },
      { tiles: { size: 6 } },
      { tiles: { size: 21 } },
      { shard: { index: 2, count: 2 } },
      { degradation: { kind: 'steps', steps: [] } },
    ] as const) {
      const wrong = open(options).then(source => source.next());
      await expect(wrong).rejects.toMatchObject({ code: 'data/option' });
    }
  });
});

describe('masks', () => {
  const map = (width: number, height: number, label: (x: number, y: number) => number): Picture => ({
    data: Uint8Array.from({ length: width * height }, (_, i) => label(i % width, Math.floor(i / width))),
    width,
    height,
    channels: 1,
  });
  /** A picture whose red says the label of its pixels, so that masks can be checked against it. */
  const shown = ({ data, width, height }: Picture): Picture => ({
    data: Uint8Array.from({ length: data.length * 3 }, (_, i) => (i % 3 === 0 ? data[i / 3]! : 100 + (i % 100))),
    width,
    height,
    channels: 3,
  });
  const labels = map(20, 16, (x, y) => (x < 8 ? 30 : y < 5 ? 60 : x === 19 ? 255 : 90));

  async function folders() {
    await mkdir(join(folder, 'hr'));
    await mkdir(join(folder, 'maps'));
    await writePicture(join(folder, 'hr', 'a.png'), shown(labels));
    await writePicture(join(folder, 'maps', 'a_L.png'), labels);
    return { data: join(folder, 'hr'), masks: join(folder, 'maps') };
  }

  function check({ target, masks }: Batch): void {
    expect(masks!.shape).toEqual([...target.shape.slice(0, 3), 7]);
    // By area: 30 has 128 pixels, 90 has 121, 60 has 60; the four others show what has no label.
    const order = [30, 90, 60];
    for (let i = 0; i < target.data.length / 3; i++) {
      const label = Math.round(target.data[i * 3]! * 255);
      const expected = [...order.map(own => +(own === label)), ...new Array(4).fill(+(label === 255))];
      expect([...masks!.data.subarray(i * 7, i * 7 + 7)]).toEqual(expected);
    }
  }

  test('lie like the patches: turned, from the centre', async () => {
    const options = await folders();
    for (const batch of await take(await open(options), 3)) check(batch);
    for (const batch of await take(await open({ ...options, crop: 'center' }), 1)) check(batch);
    for (const batch of await take(await open({ ...options, tiles: { size: 8, step: 4 } }), 2)) check(batch);
  });

  test('are made larger with the picture by the nearest value', async () => {
    const options = await folders();
    const flat = shown(labels);
    await writePicture(join(folder, 'hr', 'a.png'), { ...flat, data: flat.data.map((v, i) => (i % 3 ? 0 : v)) });
    const [batch] = await take(await open({ ...options, zoom: [1.5, 1.5], patchSize: 6 }), 1);
    const { data } = batch!.masks!;
    expect(new Set(data)).toEqual(new Set([0, 1]));
    // In most places the resized picture shows the label itself; there the mask must agree.
    let agreed = 0;
    for (let i = 0; i < data.length / 7; i++) {
      const label = Math.round(batch!.target.data[i * 3]! * 255);
      const at = [30, 90, 60].indexOf(label);
      if (at < 0) continue;
      agreed += data[i * 7 + at]!;
      if (data[i * 7 + at] === 0) agreed -= 1;
    }
    expect(agreed).toBeGreaterThan(0.5 * (data.length / 7));
  });

  test("COCO's annotations: an image without any has seven masks of the whole", async () => {
    const { data } = await folders();
    await writePicture(join(folder, 'hr', 'b.png'), noise(20, 16));
    await writePicture(join(folder, 'hr', 'c.png'), noise(20, 16));
    const image = (id: number, file_name: string) => ({ id, file_name, width: 20, height: 16 });
    const left = { image_id: 1, category_id: 5, area: 160, segmentation: { size: [16, 20], counts: [0, 160, 160] } };
    const file = join(folder, 'stuff.json');
    await writeFile(file, JSON.stringify({ images: [image(1, 'a.png'), image(2, 'b.png')], annotations: [left] }));
    const source = await open({
      data,
      masks: { path: file, segments: 2 },
      batchSize: 1,
      crop: 'center',
      augment: false,
    });
    expect(source.skipped).toMatchObject([{ path: join(data, 'c.png'), kind: 'unpaired' }]);
    const kinds = (await take(source, 2)).map(({ masks }) => {
      expect(masks!.shape).toEqual([1, 8, 8, 3]);
      return [0, 1, 2].map(k => masks!.data.filter((_, i) => i % 3 === k).reduce((sum, v) => sum + v, 0)).join();
    });
    // The centre 8 x 8 begins at column 6; the mask ends at column 10.
    expect(kinds.sort()).toEqual(['32,32,32', '64,64,64']);
  });

  const coco = assetsFolder('data/masks/coco_stuff21');
  test.skipIf(coco === undefined)('of the sample of COCO-Stuff: those of the whole picture, cut', async () => {
    const [data, masks] = [join(coco!, 'train_img'), join(coco!, 'train_label')];
    const source = await open({
      data,
      masks,
      crop: 'center',
      patchSize: 32,
      batchSize: 13,
      augment: false,
      prefetch: 0,
    });
    expect([source.pictures, source.skipped]).toEqual([13, []]);
    const [{ target, masks: drawn }] = (await take(source, 1)) as [Batch];
    const picture = await readPicture(join(data, '000000017914.jpg'));
    const area = { left: (picture.width - 64) >> 1, top: (picture.height - 64) >> 1, width: 64, height: 64 };
    const patch = cropPicture(picture, area).data;
    const index = Array.from({ length: 13 }, (_, i) => i).find(i =>
      patch.every((value, at) => target.data[i * patch.length + at] === Math.fround(value / 255)),
    )!;
    const { masks: whole } = segmentMasks(await readPicture(join(masks, '000000017914.png')), { ignore: [255] });
    const expected = whole.map(mask => cropPicture(mask, area).data);
    const cut = drawn!.data.subarray(index * 4096 * 7, (index + 1) * 4096 * 7);
    expect(cut.every((value, i) => value === expected[i % 7]![Math.floor(i / 7)]! / 255)).toBe(true);
  });

  test('that do not fit, that are damaged, or that nobody finds', async () => {
    const options = await folders();
    await writePicture(
      join(folder, 'maps', 'a_L.png'),
      map(16, 20, () => 1),
    );
    await expect(open(options)).rejects.toMatchObject({ code: 'data/masks' });
    await expect(open(options)).rejects.toThrow(
      /a_L\.png: expected masks of 20 x 16, the size of .*a\.png, received 16 x 20/,
    );
    await rm(join(folder, 'maps', 'a_L.png'));
    await expect(open(options)).rejects.toMatchObject({ code: 'picture/none-found' });
    await writePicture(join(folder, 'maps', 'other.png'), labels);
    await expect(open(options)).rejects.toMatchObject({ code: 'data/empty' });
    await expect(open({ ...options, masks: join(folder, 'missing') })).rejects.toMatchObject({
      code: 'picture/not-found',
    });
    await expect(open({ ...options, masks: join(folder, 'missing.json') })).rejects.toMatchObject({
      code: 'picture/not-found',
    });
    await writeFile(join(folder, 'broken.json'), '{"images": [');
    await expect(open({ ...options, masks: join(folder, 'broken.json') })).rejects.toMatchObject({ code: 'data/coco' });
    await expect(open({ ...options, masks: { path: options.masks, segments: 9 } })).rejects.toMatchObject({
      code: 'data/option',
    });
  });
});

describe('epochs and shards', () => {
  /** Which picture each sample shows: noise of one value. */
  async function flat(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await writePicture(join(folder, `${i}.png`), { ...noise(8, 8), data: new Uint8Array(192).fill(i) });
    }
  }
  const shown = ({ target: { data } }: Batch): number[] =>
    Array.from({ length: data.length / 192 }, (_, i) => Math.round(data[i * 192]! * 255));

  test('an epoch shows every picture once, in another order each time', async () => {
    await flat(7);
    const source = await open({ batchSize: 2 });
    expect(source.stepsPerEpoch).toBe(4);
    const samples = (await take(source, 14)).flatMap(shown);
    const epochs = [0, 1, 2, 3].map(e => samples.slice(e * 7, e * 7 + 7));
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
  });

  test('in the midst of an epoch another source goes on with what is left of it', async () => {
    await flat(7);
    const first = await open({ batchSize: 2 });
    const seen = (await take(first, 2)).flatMap(shown);
    const second = await open({ batchSize: 2, seed: 5 });
    second.restore(first.state());
    const left = (await take(second, 2)).flatMap(shown).slice(0, 3);
    expect([...seen, ...left].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('shards deal out the batches in turn', async () => {
    await flat(7);
    const whole = await take(await open({ batchSize: 2 }), 9);
    const shards = await Promise.all([0, 1, 2].map(index => open({ batchSize: 2, shard: { index, count: 3 } })));
    for (const [index, shard] of shards.entries()) {
      expect(shard.stepsPerEpoch).toBe(2);
      expect(await take(shard, 3)).toEqual([0, 1, 2].map(i => whole[i * 3 + index]));
    }
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
