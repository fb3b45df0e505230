/**
 * LPIPS (AlexNet) and SSIM of a pair of 512x512: ours on native TensorFlow and the Python packages lpips and piq; our SSIM
 * on the wasm backend and the JavaScript packages ssim.js and @blazediff/ssim, each as it comes and in our form. The last
 * always reduces pictures to about 256 pixels first, as our `downsample` does: that is the fair comparison.
 *
 * SR_PYTHON names an interpreter with torch, lpips and piq; the networks lie where SR_WEIGHTS_DIR says, default
 * ../../shared/weights.
 */
import * as blazediff from '@blazediff/ssim';
import { dispose, randomUniform, type Tensor4D } from '@tensorflow/tfjs-core';
import { loadLpips, ssim } from 'sr-metrics';
import { selectBackend } from 'sr-tensor/backend';
import * as ssimJs from 'ssim.js';
import { inTurns, report, startPython, timed } from './support/measure.js';

const side = 512;
process.env.SR_WEIGHTS_DIR ??= '../../shared/weights';
console.log((await selectBackend({ backend: 'native' })).device);

const random = (seed: number): Tensor4D => randomUniform([1, side, side, 3], 0, 1, 'float32', seed);
const [one, other] = [random(1), random(2)];
const python = await startPython('metrics.py');
if (python !== undefined) {
  const lpips = await loadLpips({ network: 'alex' });
  console.log('LPIPS, AlexNet');
  report(
    await inTurns({ ours: timed(() => lpips(one, other)), lpips: python.contestant('lpips') }, { rounds: 10 }),
    'ours',
  );
  for (const [preset, name] of [
    ['plain', 'ssim'],
    ['downsample', 'ssim-downsample'],
  ] as const) {
    console.log(`SSIM, three colours, ${preset}`);
    const ours = timed(() => ssim(one, other, { channel: 'rgb', preset }));
    report(await inTurns({ ours, piq: python.contestant(name) }, { rounds: 10 }), 'ours');
  }
  python.stop();
  lpips.dispose();
}
dispose([one, other]);

await selectBackend({ backend: 'wasm' });
for (const size of [512, 1024]) {
  const bytes = (seed: number): Uint8ClampedArray =>
    Uint8ClampedArray.from({ length: size * size * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * seed) % 251));
  const [a, b] = [7, 13].map(seed => ({ data: bytes(seed), width: size, height: size, channels: 4 }) as const) as [
    { data: Uint8ClampedArray; width: number; height: number; channels: 4 },
    { data: Uint8ClampedArray; width: number; height: number; channels: 4 },
  ];
  const picture = ({ data, width, height }: typeof a) => ({
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!),
    width,
    height,
    channels: 3 as const,
  });
  const [first, second] = [picture(a), picture(b)];
  const image = ({ data, width, height }: typeof a) => ({ data, width, height }) as ImageData;
  console.log(`SSIM of luma, ${size} x ${size}, wasm backend`);
  for (const preset of ['plain', 'downsample'] as const) {
    const downsample = preset === 'downsample' ? 'original' : false;
    const contestants = {
      [`ours, ${preset}`]: timed(() => ssim(first, second, { channel: 'y', preset })),
      'ssim.js, original': timed(async () => ssimJs.ssim(image(a), image(b), { ssim: 'original', downsample })),
      'ssim.js, as it comes': timed(async () => ssimJs.ssim(image(a), image(b), { downsample })),
      '@blazediff/ssim, reduced': timed(async () => blazediff.ssim(a.data, b.data, undefined, size, size)),
    };
    report(await inTurns(contestants, { rounds: 4, count: 3 }), `ours, ${preset}`);
  }
}
process.exit();
