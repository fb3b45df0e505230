// A network and a loss of one's own are plain functions; the trainer, the upscaler and the file formats take them as
// they take ours: node own-network.mjs [PICTURE] [OUTPUT] [STEPS]
import * as tf from '@tensorflow/tfjs-core';
import { resizePicture } from 'sr-data';
import { readPicture, writePicture } from 'sr-data/node';
import { loadUpscaler } from 'sr-models';
import { conv2d, defineNetwork, kaimingNormal, pictureToTensor, pixelShuffle, resize, zeros } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { adam } from 'sr-tensor/optimizers';
import { Trainer } from 'sr-train';

const photo = new URL('./photos/lake.png', import.meta.url).pathname;
const [input = photo, output = 'lake@2x.png', steps = '200'] = process.argv.slice(2);
await selectBackend();

const layer = (inputs, outputs) => ({
  weight: { shape: [3, 3, inputs, outputs], layout: 'conv', init: kaimingNormal() },
  bias: { shape: [outputs], layout: 'plain', init: zeros },
});
const [head, tail] = [layer(3, 24), layer(24, 12)];
const network = defineNetwork({
  name: 'mine',
  scale: 2,
  radius: 3,
  parameters: {
    'head.weight': head.weight,
    'head.bias': head.bias,
    'tail.weight': tail.weight,
    'tail.bias': tail.bias,
  },
  apply: (x, p) => {
    const detail = pixelShuffle(conv2d(conv2d(x, p('head'), { activation: 'relu' }), p('tail')), 2);
    return tf.add(resize(x, { scale: 2 }), tf.mul(detail, 0.1));
  },
});

const loss = (prediction, target) => tf.mean(tf.abs(tf.sub(prediction, target)));

// One picture is enough to see it learn: the photo and its half.
const original = await readPicture(input);
const target = pictureToTensor(original);
const reduced = pictureToTensor(resizePicture(original, { scale: 1 / 2, quantize: true }));
const trainer = new Trainer({ network, loss, optimizer: adam({ learningRate: 2e-3 }) });
for (let step = 0; step <= Number(steps); step++) {
  const terms = trainer.step({ input: reduced, target });
  if (step % 20 === 0) console.log(step, (await terms.loss.data())[0].toFixed(5));
  tf.dispose(terms);
}
tf.dispose([target, reduced]);

const upscaler = await loadUpscaler({ network, parameters: trainer.parameters });
await writePicture(output, await upscaler.upscale(original));
console.log(`${output} has been written.`);
