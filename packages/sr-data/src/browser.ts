export { fromBlob, fromElement, type PictureElement } from './browser/from-element.js';
export { toCanvas, toImageData } from './browser/to-canvas.js';
