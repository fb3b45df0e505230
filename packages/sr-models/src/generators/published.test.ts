/** Published weights and what was published with them. */
import { join } from 'node:path';
import { modCrop, resizePicture, toLuma } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { assetsFolder, describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { loadNetwork } from '../load-network.js';
import { loadUpscaler } from '../load-upscaler.js';

const nets = assetsFolder('weights/reference-nets');
const bench = assetsFolder('data/bench');

describeOnBackends(
  'published weights',
  () => {
    test.skipIf(nets === undefined || bench === undefined)('IMDN has its 32.21 dB on Set5', async () => {
      const folder = join(bench!, 'Set5/matlab-lr');
      const psnrs = await enlarged('imdn', 'imdn_x4.f32.safetensors', async upscale => {
        const values: number[] = [];
        for (const name of ['baby', 'bird', 'butterfly', 'head', 'woman']) {
          const small = await readPicture(join(folder, `Set5_LR/x4/${name}x4.bmp`));
          const reference = modCrop(await readPicture(join(folder, `Set5/${name}.bmp`)), { scale: 4 });
          values.push(lumaPsnr(await upscale(small), reference, 4));
        }
        return values;
      });
      // Hui et al. 2019, table 5.
      expect(Math.abs(psnrs.reduce((sum, v) => sum + v, 0) / psnrs.length - 32.21)).toBeLessThan(0.01);
    });

    test.skipIf(nets === undefined || bench === undefined)('EnhanceNet gives the published picture', async () => {
      const folder = join(bench!, 'published-outputs/enhancenet_outputs');
      const reference = await readPicture(join(folder, 'face_HR.bmp'));
      const published = await readPicture(join(folder, 'face-EnhanceNet.png'));
      // The authors shrink by Pillow's `ANTIALIAS`.
      const size = { width: reference.width / 4, height: reference.height / 4 };
      const small = resizePicture(reference, size, { preset: 'pil', kernel: 'lanczos' });
      const ours = await enlarged('enhancenet', 'enhancenet_pat_4x.f32.safetensors', upscale => upscale(small));
      expect([ours.width, ours.height]).toEqual([published.width, published.height]);
      // PyTorch gives it without a difference.
      const differences = [...ours.data].filter((value, i) => value !== published.data[i]).length;
      expect(differences / ours.data.length).toBeLessThan(1e-3);
    });
  },
  { only: ['native'] },
);

async function enlarged<T>(
  name: string,
  file: string,
  body: (upscale: (picture: Picture) => Promise<Picture>) => Promise<T>,
): Promise<T> {
  const model = await loadNetwork(name, join(nets!, file));
  const upscaler = await loadUpscaler(model, { workers: 1 });
  const result = await body(picture => upscaler.upscale(picture, { exact: true }));
  upscaler.dispose();
  model.parameters.dispose();
  return result;
}

/** PSNR of luma without `border` pixels on each side, not rounded: rounded as MATLAB does it is 32.19 dB. */
function lumaPsnr(result: Picture, reference: Picture, border: number): number {
  const [a, b] = [result, reference].map(picture =>
    toLuma({ ...picture, data: Float32Array.from(picture.data, value => value / 255) }),
  ) as [Float64Array, Float64Array];
  const { width, height } = result;
  let [sum, count] = [0, 0];
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) {
      sum += (a[y * width + x]! - b[y * width + x]!) ** 2;
      count++;
    }
  }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}
