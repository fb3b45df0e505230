export { degradePicture } from './node/degrade-picture.js';
export { type EncodeOptions, type EncodePictureOptions, encodePicture } from './node/encode-picture.js';
export { findPictures } from './node/find-pictures.js';
export { type FolderSourceOptions, folderSource, type TileOptions } from './node/folder-source.js';
export type { MaskOptions } from './node/masks-of-folder.js';
export { type MeanColor, type MeanColorOptions, meanColor } from './node/mean-color.js';
export { type Dataset, type OpenDatasetOptions, openDataset } from './node/open-dataset.js';
export { pairFolders } from './node/pair-folders.js';
export type { ReadFormat, WriteFormat } from './node/picture-format.js';
export { createPictureWriter, type PictureWriter, type PictureWriterOptions } from './node/picture-writer.js';
export {
  type InspectPictureOptions,
  inspectPicture,
  type PictureInfo,
  type PictureSource,
  type ReadPictureOptions,
  readPicture,
} from './node/read-picture.js';
export { type WritePictureOptions, writePicture } from './node/write-picture.js';
// Pairing is pure; it is found where files are handled too.
export { type PicturePair, type PicturePairs, pairByName, pairPictures } from './pair-pictures.js';
