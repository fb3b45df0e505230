/** How the data sets of the literature lie on disk, as their authors pack them. */
import type { PreparationStep } from './prepare-picture.js';

/** Where the pictures of a split lie. Paths are relative to the data set; `{scale}` stands for a scale. */
export interface DatasetPart {
  /** The folder of the high-resolution pictures; `.`: the data set's own. */
  readonly hr: string;
  /** The folder of the low-resolution ones, which may be the same (`*_HR.*` and `*_LR.*`). */
  readonly lr?: string;
  /** A folder of label maps or a file of annotations, as `folderSource` takes them. */
  readonly masks?: string;
  /** A file that lists the pictures of the split, a name a line; with a mark only lines that end in it. */
  readonly list?: { readonly file: string; readonly mark?: string };
}

export interface DatasetLayout {
  readonly title: string;
  /** What the folder of the data set is called, for it to be found in the one above. */
  readonly folders: readonly string[];
  /** Whether other data sets have such parts too, so that only the folder's name tells them apart. */
  readonly common?: boolean;
  /** The ways in which each split is found, the preferred first. The first split is the default. */
  readonly splits: Readonly<Record<string, readonly DatasetPart[]>>;
  /** What the literature does to its pictures. */
  readonly prepare?: readonly PreparationStep[];
}

/** What `openDataset` knows by name. */
export type DatasetName =
  | 'div2k'
  | 'flickr2k'
  | 'set5'
  | 'set14'
  | 'bsd100'
  | 'urban100'
  | 'general100'
  | 'coco'
  | 'celeba'
  | 'voc2012'
  | 'waterloo';

/** SelfExSR's packing, EDSR's, BasicSR's, MATLAB's beside the originals, and pictures alone. */
function benchmark(title: string, ...others: readonly string[]): DatasetLayout {
  return {
    title,
    folders: [title, ...others],
    common: true,
    splits: {
      test: [
        { hr: 'image_SRF_{scale}', lr: 'image_SRF_{scale}' },
        { hr: 'x{scale}', lr: 'x{scale}' },
        { hr: 'HR', lr: 'LR_bicubic/X{scale}' },
        { hr: 'GTmod12', lr: 'LRbicx{scale}' },
        { hr: title, lr: `${title}_LR/x{scale}` },
        { hr: '.' },
      ],
    },
  };
}

const cocoSplit = (split: 'train' | 'val'): readonly DatasetPart[] => [
  { hr: `${split}2017`, masks: `stuffthingmaps/${split}2017` },
  { hr: `images/${split}2017`, masks: `annotations/${split}2017` },
  { hr: `${split}2017`, masks: `annotations/stuff_${split}2017.json` },
  { hr: `images/${split}2017`, masks: `annotations/stuff_${split}2017.json` },
  { hr: `${split}2014` },
];

const celebaSplit = (mark: string): readonly DatasetPart[] => [
  { hr: 'img_align_celeba', list: { file: 'list_eval_partition.txt', mark } },
  { hr: 'Img/img_align_celeba', list: { file: 'Eval/list_eval_partition.txt', mark } },
];

const div2kSplit = (split: 'train' | 'valid'): readonly DatasetPart[] => [
  { hr: `DIV2K_${split}_HR`, lr: `DIV2K_${split}_LR_bicubic/X{scale}` },
  { hr: `DIV2K_${split}_HR`, lr: `DIV2K_${split}_LR_x{scale}` },
];

/** The table. */
export const datasetLayouts: Readonly<Record<DatasetName, DatasetLayout>> = {
  div2k: { title: 'DIV2K', folders: ['DIV2K'], splits: { train: div2kSplit('train'), val: div2kSplit('valid') } },
  flickr2k: {
    title: 'Flickr2K',
    folders: ['Flickr2K'],
    splits: { train: [{ hr: 'Flickr2K_HR', lr: 'Flickr2K_LR_bicubic/X{scale}' }] },
  },
  set5: benchmark('Set5'),
  set14: benchmark('Set14'),
  bsd100: benchmark('BSD100', 'B100', 'BSDS100'),
  urban100: benchmark('Urban100'),
  general100: benchmark('General100', 'General-100'),
  coco: {
    title: 'COCO',
    folders: ['COCO', 'coco', 'MSCOCO'],
    splits: { train: cocoSplit('train'), val: cocoSplit('val') },
  },
  celeba: {
    title: 'CelebA',
    folders: ['CelebA', 'celeba'],
    splits: {
      train: celebaSplit('0'),
      val: celebaSplit('1'),
      test: celebaSplit('2'),
      all: [{ hr: 'img_align_celeba' }, { hr: 'Img/img_align_celeba' }, { hr: '.' }],
    },
    // Of the aligned 178 x 218 the face, as generative models take it; TSRN does not say.
    prepare: [
      { type: 'center', width: 178, height: 178 },
      { type: 'resize', width: 128, height: 128 },
    ],
  },
  voc2012: {
    title: 'VOC2012',
    folders: ['VOC2012', 'VOCdevkit/VOC2012'],
    common: true,
    splits: {
      all: [{ hr: 'JPEGImages' }],
      train: [
        {
          hr: 'JPEGImages',
          masks: 'SegmentationClass',
          list: { file: 'ImageSets/Segmentation/train.txt' },
        },
      ],
      val: [
        {
          hr: 'JPEGImages',
          masks: 'SegmentationClass',
          list: { file: 'ImageSets/Segmentation/val.txt' },
        },
      ],
    },
  },
  waterloo: {
    title: 'Waterloo Exploration',
    folders: ['exploration_database_and_code', 'Waterloo', 'WED'],
    splits: { all: [{ hr: 'pristine_images' }] },
  },
};
