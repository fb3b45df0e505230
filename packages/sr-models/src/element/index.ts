export {
  defineSrImage,
  type SrImageElement,
  type SrImageEventMap,
  type SrImageOptions,
  type SrImageResult,
} from './sr-image.js';
