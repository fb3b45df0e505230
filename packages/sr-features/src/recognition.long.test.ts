/**
 * Classifiers with real weights recognise photos as well as their authors say: GoogLeNet 68.7 % / 88.9 %, SqueezeNet 57.5 % /
 * 80.3 % on the validation set (the readmes of BVLC's and DeepScale's models). The photos here are easier: one stands for
 * each class, well in sight.
 */
import { readdir, readFile } from 'node:fs/promises';
import { pictureToTensor } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { readWeights } from 'sr-tensor/weights';
import { expect, test } from 'vitest';
import { createClassifier, parseClasses } from './classifier.js';
import { caffeGoogLeNet } from './googlenet.js';
import { squeezeNet } from './squeezenet.js';

const photos = assetsFolder('data/classify');
/** Resized to 256 on the shorter side, of which the middle is seen. */
const SIDE = 256;

describeOnBackends(
  'recognition',
  () => {
    test.skipIf(photos === undefined).each([
      [caffeGoogLeNet, 'bvlc_googlenet_full.f16.safetensors', 0.76, 0.94],
      [squeezeNet, 'squeezenet_v1.1_caffe_full.f16.safetensors', 0.63, 0.85],
    ])('$name', async (network, file, top1, top5) => {
      const { cropPicture, resizePicture } = await import('sr-data');
      const { readPicture } = await import('sr-data/node');
      const classes = parseClasses(await readFile(`${photos}/synset_words.txt`, 'utf8'));
      const synsets = (await readFile(`${photos}/synsets.txt`, 'utf8')).trim().split('\n');
      const classifier = createClassifier(network, readWeights(await readFile(assetsFolder(`weights/${file}`)!)), {
        classes,
      });
      const side = classifier.inputSize;
      const names = (await readdir(photos!)).filter(name => name.endsWith('.JPEG'));
      let [first, five] = [0, 0];
      for (const name of names) {
        const photo = await readPicture(`${photos}/${name}`);
        const scale = SIDE / Math.min(photo.width, photo.height);
        const [width, height] = [photo.width, photo.height].map(size => Math.round(size * scale)) as [number, number];
        const resized = resizePicture(photo, { width, height }, { preset: 'pil', kernel: 'linear' });
        const area = {
          left: Math.floor((width - side) / 2),
          top: Math.floor((height - side) / 2),
          width: side,
          height: side,
        };
        const images = pictureToTensor(cropPicture(resized, area));
        const [guesses] = await classifier.classify(images);
        images.dispose();
        const found = guesses!.findIndex(({ index }) => synsets[index]!.startsWith(name.slice(0, 9)));
        if (found === 0) first++;
        if (found >= 0) five++;
      }
      console.warn(`${network.name}: ${first} and ${five} of ${names.length}`);
      classifier.dispose();
      // The known shares are those of 100 of the photos: twice their standard error is 0.08 to 0.1.
      expect(Math.abs(first / names.length - top1)).toBeLessThan(0.1);
      expect(Math.abs(five / names.length - top5)).toBeLessThan(0.1);
    });
  },
  { only: ['native'] },
);
