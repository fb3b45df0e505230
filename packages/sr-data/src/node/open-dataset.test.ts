import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { assetsFolder } from 'sr-tensor/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePicture } from './encode-picture.js';
import { folderSource } from './folder-source.js';
import { openDataset } from './open-dataset.js';

const pixels = (side: number) =>
  ({ data: new Uint8Array(side * side).fill(7), width: side, height: side, channels: 1 }) as const;
const large = await encodePicture(pixels(16), { format: 'png' });
const quarter = await encodePicture(pixels(4), { format: 'png' });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sr-data-set-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Makes files; pictures are 16 x 16, those of low resolution 4 x 4. */
async function tree(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    const low = /LR|x4\.|X4/.test(path) && !/HR\./.test(path);
    await writeFile(join(root, path), low ? quarter : large);
  }
}

/** What was found, relative to the root. */
async function found(...[folder, options]: Parameters<typeof openDataset>) {
  const set = await openDataset(join(root, folder), options);
  const from = (path: string | undefined) => path && relative(root, path);
  return { ...set, data: set.data.map(path => relative(root, path)), lr: from(set.lr), masks: from(set.masks) };
}

/** It says where things should be, and can be trained on. */
async function trains(...[folder, options]: Parameters<typeof openDataset>): Promise<number> {
  const set = await openDataset(join(root, folder), options);
  const source = await folderSource({ ...set, scale: 4, patchSize: 2, batchSize: 1 });
  await source.next();
  await source.close();
  return source.pictures;
}

describe('each data set, as it is packed', () => {
  test('DIV2K: splits, its own low resolution, found from above and recognised', async () => {
    await tree('DIV2K/DIV2K_train_HR/0001.png', 'DIV2K/DIV2K_train_HR/0002.png', 'DIV2K/DIV2K_valid_HR/0801.png');
    await tree('DIV2K/DIV2K_train_LR_bicubic/X4/0001x4.png', 'DIV2K/DIV2K_train_LR_bicubic/X4/0002x4.png');
    const train = ['DIV2K/DIV2K_train_HR/0001.png', 'DIV2K/DIV2K_train_HR/0002.png'];
    expect(await found('DIV2K')).toMatchObject({ name: 'div2k', split: 'train', data: train, lr: undefined });
    expect(await found('', { split: 'val' })).toMatchObject({ name: 'div2k', data: ['DIV2K/DIV2K_valid_HR/0801.png'] });
    const paired = await found('DIV2K', { name: 'div2k', scale: 4 });
    expect(paired).toMatchObject({ data: train, lr: 'DIV2K/DIV2K_train_LR_bicubic/X4' });
    expect(await trains('DIV2K', { scale: 4 })).toBe(2);
    expect(await trains('DIV2K')).toBe(2);
  });

  test('Flickr2K', async () => {
    await tree('Flickr2K_HR/000001.png', 'Flickr2K_LR_bicubic/X4/000001x4.png');
    expect(await found('', { scale: 4 })).toMatchObject({
      name: 'flickr2k',
      data: ['Flickr2K_HR/000001.png'],
      lr: 'Flickr2K_LR_bicubic/X4',
    });
  });

  test.each([
    ['Set5/image_SRF_4', ['img_001_SRF_4_HR.png'], ['img_001_SRF_4_LR.png']],
    ['BSD100/x4', ['img_001_SRF_4_HR.png'], ['img_001_SRF_4_LR.png']],
    ['B100/HR', ['101085.png'], ['../LR_bicubic/X4/101085x4.png']],
    ['Urban100/GTmod12', ['img001.png'], ['../LRbicx4/img001.png']],
    ['Set14/Set14', ['baboon.png'], ['../Set14_LR/x4/baboonx4.png']],
  ] as const)('%s', async (folder, high, low) => {
    await tree(...[...high, ...low].map(name => join(folder, name)));
    const base = folder.split('/')[0]!;
    const set = await found(base, { scale: 4 });
    expect(set).toMatchObject({ split: 'test', data: high.map(name => join(folder, name)) });
    expect(await found(base)).toMatchObject({ data: high.map(name => join(folder, name)), lr: undefined });
    expect(await trains(base, { scale: 4 })).toBe(1);
  });

  test('pictures alone, by the name of their folder', async () => {
    await tree('General-100/im_1.png', 'General-100/im_2.png', 'General-100/below/other.png');
    const data = ['General-100/im_1.png', 'General-100/im_2.png'];
    expect(await found('General-100')).toMatchObject({ name: 'general100', split: 'test', data });
    expect(await found('')).toMatchObject({ name: 'general100', data });
    await expect(found('General-100', { scale: 4 })).rejects.toMatchObject({ code: 'data/layout' });
  });

  test('COCO with the maps of COCO-Stuff', async () => {
    await tree('coco/train2017/000000000009.png', 'coco/train2017/000000000025.png', 'coco/val2017/000000000139.png');
    await tree('coco/stuffthingmaps/train2017/000000000009.png', 'coco/stuffthingmaps/train2017/000000000025.png');
    const set = await found('coco', { masks: true });
    expect(set).toMatchObject({ name: 'coco', split: 'train', masks: 'coco/stuffthingmaps/train2017' });
    expect(set.data).toHaveLength(2);
    expect(await trains('coco', { masks: true })).toBe(2);
    expect((await found('coco', { split: 'val' })).data).toEqual(['coco/val2017/000000000139.png']);
    await tree('coco/train2014/COCO_train2014_000000000009.png');
    await rm(join(root, 'coco/train2017'), { recursive: true });
    expect((await found('coco')).data).toEqual(['coco/train2014/COCO_train2014_000000000009.png']);
  });

  test('COCO with annotations', async () => {
    await tree('train2017/a.png');
    await mkdir(join(root, 'annotations'));
    const images = [{ id: 1, file_name: 'a.png', width: 16, height: 16 }];
    await writeFile(join(root, 'annotations/stuff_train2017.json'), JSON.stringify({ images, annotations: [] }));
    expect(await found('', { masks: true })).toMatchObject({ masks: 'annotations/stuff_train2017.json' });
    expect(await trains('', { masks: true })).toBe(1);
  });

  test('CelebA: the list of splits, the face made smaller', async () => {
    await tree('img_align_celeba/000001.png', 'img_align_celeba/000002.png', 'img_align_celeba/000003.png');
    await writeFile(join(root, 'list_eval_partition.txt'), '000001.jpg 0\n000002.jpg 1\n000003.jpg 0\n');
    const set = await found('');
    expect(set).toMatchObject({ name: 'celeba', split: 'train' });
    expect(set.data).toEqual(['img_align_celeba/000001.png', 'img_align_celeba/000003.png']);
    expect(set.prepare).toEqual([
      { type: 'center', width: 178, height: 178 },
      { type: 'resize', width: 128, height: 128 },
    ]);
    expect((await found('', { split: 'val' })).data).toEqual(['img_align_celeba/000002.png']);
    expect((await found('', { split: 'all' })).data).toHaveLength(3);
  });

  test('VOC2012: lists by name, coloured maps', async () => {
    await tree('VOCdevkit/VOC2012/JPEGImages/2007_000027.png', 'VOCdevkit/VOC2012/JPEGImages/2007_000032.png');
    await tree('VOCdevkit/VOC2012/SegmentationClass/2007_000032.png');
    await mkdir(join(root, 'VOCdevkit/VOC2012/ImageSets/Segmentation'), { recursive: true });
    await writeFile(join(root, 'VOCdevkit/VOC2012/ImageSets/Segmentation/train.txt'), '2007_000032\n');
    expect((await found('')).data).toHaveLength(2);
    const train = await found('VOCdevkit/VOC2012', { split: 'train', masks: true });
    expect(train).toMatchObject({ name: 'voc2012', masks: 'VOCdevkit/VOC2012/SegmentationClass' });
    expect(train.data).toEqual(['VOCdevkit/VOC2012/JPEGImages/2007_000032.png']);
  });

  test('Waterloo', async () => {
    await tree('exploration_database_and_code/pristine_images/00001.png');
    expect(await found('')).toMatchObject({ name: 'waterloo', split: 'all' });
  });

  test('any folder, with all below it, and a file', async () => {
    await tree('photos/a.png', 'photos/2024/b.png');
    const data = ['photos/2024/b.png', 'photos/a.png'];
    expect(await found('photos')).toMatchObject({ name: 'folder', split: 'all', data });
    expect((await found('photos/a.png')).data).toEqual(['photos/a.png']);
    await tree('mixed/a_HR.png', 'mixed/a_LR.png');
    expect((await found('mixed')).data).toEqual(['mixed/a_HR.png']);
  });
});

describe('when something is not where it should be', () => {
  const messageOf = async (...args: Parameters<typeof openDataset>): Promise<string> => {
    const error = await found(...args).then(
      () => new Error('expected a rejection'),
      error => error,
    );
    expect(error).toMatchObject({ code: 'data/layout' });
    return error.message.replaceAll(root, 'ROOT');
  };

  test('the message says what was expected where, and what is there', async () => {
    await tree('DIV2K_train_HR/0001.png', 'notes/a.png');
    expect(await messageOf('', { scale: 4 })).toBe(
      'DIV2K, train, with low resolution at x4: expected in ROOT or in DIV2K below it DIV2K_train_HR with DIV2K_train_LR_bicubic/X4, or DIV2K_train_HR with DIV2K_train_LR_x4. Nearest: ROOT lacks DIV2K_train_LR_bicubic/X4. ROOT holds DIV2K_train_HR, notes.',
    );
    expect(await messageOf('notes', { name: 'flickr2k' })).toContain('lacks Flickr2K_HR');
    expect(await messageOf('', { name: 'div2k', masks: true })).toContain('comes without them');
    expect(await messageOf('notes', { scale: 4 })).toContain('expected a data set with scale');
  });

  test('lists that name none of the pictures', async () => {
    await tree('img_align_celeba/000001.png');
    await writeFile(join(root, 'list_eval_partition.txt'), '000009.jpg 0\n');
    expect(await messageOf('')).toContain('names 1 pictures');
  });

  test('a folder that could be two, a split that there is not, a folder that is missing or empty', async () => {
    await tree('DIV2K_train_HR/0001.png', 'Flickr2K_HR/000001.png');
    expect(await messageOf('')).toContain('could be DIV2K or Flickr2K');
    expect(await found('', { name: 'flickr2k' })).toMatchObject({ data: ['Flickr2K_HR/000001.png'] });
    await expect(found('', { name: 'div2k', split: 'test' })).rejects.toMatchObject({ code: 'data/option' });
    await expect(found('missing')).rejects.toMatchObject({ code: 'picture/not-found' });
    await mkdir(join(root, 'Empty'));
    await expect(found('Empty')).rejects.toMatchObject({ code: 'picture/none-found' });
    await mkdir(join(root, 'coco/train2017'), { recursive: true });
    await expect(found('coco')).rejects.toMatchObject({ code: 'picture/none-found' });
  });
});

describe('the pictures at hand', () => {
  const bench = assetsFolder('data/bench');
  const faces = assetsFolder('data/faces/celeba32');
  const drone = assetsFolder('data/drone');

  test.skipIf(bench === undefined)('Set5, Set14, BSD100 in parts', async () => {
    const set5 = await openDataset(join(bench!, 'Set5'), { scale: 4 });
    expect([set5.name, set5.data.length, relative(bench!, set5.lr!)]).toEqual(['set5', 5, 'Set5/x4']);
    const matlab = await openDataset(join(bench!, 'Set5/matlab-lr'), { name: 'set5', scale: 3 });
    expect([matlab.data.length, relative(bench!, matlab.lr!)]).toEqual([5, 'Set5/matlab-lr/Set5_LR/x3']);
    expect((await openDataset(join(bench!, 'Set14'), { scale: 4 })).data).toHaveLength(14);
    expect((await openDataset(join(bench!, 'BSD100-dev'), { name: 'bsd100', scale: 4 })).data).toHaveLength(50);
  });

  test.skipIf(faces === undefined)('faces: cropped and made smaller', async () => {
    const set = await openDataset(faces!, { name: 'celeba', split: 'all' });
    const source = await folderSource({ ...set, scale: 4, patchSize: 32, batchSize: 2, augment: 'flip' });
    const { input, target } = await source.next();
    await source.close();
    expect([source.pictures, input.shape, target.shape]).toEqual([32, [2, 32, 32, 3], [2, 128, 128, 3]]);
  });

  test.skipIf(drone === undefined)('aerial photos: tiles', async () => {
    const source = await folderSource({ ...(await openDataset(drone!)), scale: 4, batchSize: 1, tiles: true });
    await source.next();
    await source.close();
    // 1000 x 560: in width 0, 240, 480 and, since 40 pixels are left, no more; in height 0 and 80.
    expect([source.pictures, source.stepsPerEpoch]).toEqual([5, 30]);
  });
});
