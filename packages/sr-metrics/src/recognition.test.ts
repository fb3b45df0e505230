import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import { createClassifier, parseClasses, squeezeNet } from 'sr-features';
import { type Picture, Random } from 'sr-tensor';
import { assetsFolder, describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { readWeightFile } from 'sr-tensor/weights/node';
import { describe, expect, test } from 'vitest';
import { scoreRecognition } from './recognition.js';

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)), width, height, channels: 3 };
}

/** Takes bright pictures for class 1, dark ones for 2, with four others before the right one where they are blurred. */
const classifier = {
  async classify(images: Tensor4D) {
    const values = (await images.data()) as Float32Array;
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const blurred = Math.abs(values[0]! - values[3]!) < 0.02;
    const index = mean > 0.5 ? 1 : 2;
    return [[...(blurred ? [10, 11, 12, 13] : []), index].map(i => ({ index: i }))];
  },
};

describe('scoreRecognition', () => {
  const bright = { ...noise(80, 50, 1), data: noise(80, 50, 1).data.map(value => 200 + (value % 56)) };
  const photos = [
    { picture: bright as Picture, label: 1 },
    { picture: noise(50, 60, 2), label: 9 },
  ];
  const options = { classifier, resizeTo: 40, cropTo: 32, scale: 4 };
  const same = (picture: Picture) => resizePicture(picture, { scale: 4 }, { kernel: 'nearest', antialias: false });

  test('counts first guesses and those among five, before and after', async () => {
    const progress: number[] = [];
    const sizes: number[] = [];
    await expectNoLeaks(async () => {
      const scores = await scoreRecognition(photos, {
        ...options,
        methods: {
          nearest: small => {
            sizes.push(small.width, small.height);
            return same(small);
          },
          white: async () => ({ data: new Uint8Array(32 * 32).fill(255), width: 32, height: 32, channels: 1 }),
        },
        onProgress: done => progress.push(done),
      });
      expect(scores).toEqual({
        original: { top1: 0.5, top5: 0.5, n: 2 },
        nearest: { top1: 0, top5: 0.5, n: 2 },
        white: { top1: 0, top5: 0.5, n: 2 },
      });
    });
    expect(progress).toEqual([1, 2]);
    expect(sizes).toEqual([8, 8, 8, 8]);
  });

  test('refuses what does not fit', async () => {
    const wrong = { ...options, methods: { small: (picture: Picture) => picture } };
    await expect(scoreRecognition(photos, wrong)).rejects.toMatchObject({
      code: 'picture/size',
      message: expect.stringContaining('32 x 32 pixels from "small", received 8 x 8'),
    });
    await expect(scoreRecognition(photos, { ...options, scale: 5, methods: {} })).rejects.toThrow(
      'a multiple of scale',
    );
    await expect(scoreRecognition(photos, { ...options, methods: { original: same } })).rejects.toMatchObject({
      code: 'metrics/option',
    });
    await expect(scoreRecognition([], { ...options, methods: {} })).rejects.toMatchObject({ code: 'metrics/pairs' });
    const signal = AbortSignal.abort();
    await expect(scoreRecognition(photos, { ...options, methods: {}, signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});

const folder = assetsFolder('data/classify');
const weights = assetsFolder('weights/squeezenet_v1.1_caffe_full.f16.safetensors');

describe.skipIf(folder === undefined || weights === undefined)('scoreRecognition of photos', () => {
  describeOnBackends(
    'with SqueezeNet',
    () => {
      test('loses accuracy by enlarging', async () => {
        const synsets = readFileSync(join(folder!, 'synsets.txt'), 'utf8').trim().split('\n');
        const names = readdirSync(folder!)
          .filter(name => name.endsWith('.JPEG'))
          .sort();
        async function* photos() {
          // Every eighth is enough to see it.
          for (const name of names.filter((_, i) => i % 8 === 0)) {
            yield { picture: await readPicture(join(folder!, name)), label: synsets.indexOf(name.split('_')[0]!) };
          }
        }
        const squeeze = createClassifier(squeezeNet, await readWeightFile(weights!), {
          classes: parseClasses(readFileSync(join(folder!, 'synset_words.txt'), 'utf8')),
        });
        const { original, bicubic } = await scoreRecognition(photos(), {
          classifier: squeeze,
          scale: 8,
          methods: { bicubic: small => resizePicture(small, { scale: 8 }) },
        });
        expect(original!.n).toBe(16);
        // On all photos: 63 and 85 %.
        expect(original!.top1).toBeGreaterThan(0.4);
        expect(original!.top5).toBeGreaterThan(0.7);
        expect(bicubic!.top5).toBeLessThan(original!.top5 - 0.2);
        squeeze.dispose();
      });
    },
    { only: ['native'] },
  );
});
