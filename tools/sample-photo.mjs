// Renders the sample photo of this repository, reduced to a quarter as the networks' training pictures are, so that its
// enlargement can be compared with the truth.
// Usage: node tools/sample-photo.mjs [PHOTO.png]   (after a build; takes a quarter of an hour)
import { resizePicture } from 'sr-data';
import { writePicture } from 'sr-data/node';
import { renderLake } from './lake-scene.mjs';

const [photo = 'examples/photos/lake.png'] = process.argv.slice(2);
await writePicture(photo, resizePicture(renderLake(), { scale: 1 / 4, quantize: true }));
