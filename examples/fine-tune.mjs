// Fits x4-small to pictures of one kind (faces, drawings, flying objects): node fine-tune.mjs FOLDER [STEPS] [OUT]
// Every eighth picture is kept out and judges: the network as it comes along, then what the training made of it.
// Called again with the same folder it goes on where it stopped. Pictures have to measure 128 pixels at least.
import { modCrop, resizePicture } from 'sr-data';
import { findPictures, readPicture } from 'sr-data/node';
import { psnr } from 'sr-metrics';
import { loadUpscaler } from 'sr-models';
import { splitAlpha } from 'sr-tensor';
import { readWeightFile } from 'sr-tensor/weights/node';
import { resolveRecipe } from 'sr-train';
import { train } from 'sr-train/node';
import small from 'sr-weights/x4-small';

const [folder, steps = '500', out = 'runs/fine-tuned'] = process.argv.slice(2);
if (folder === undefined || !(Number(steps) >= 1)) stop('Usage: node fine-tune.mjs FOLDER [STEPS] [OUT]');
const pictures = await findPictures(folder).catch(({ message }) => stop(message));
const kept = pictures.filter((_, i) => i % 8 === 0);
if (kept.length === pictures.length) stop(`${folder}: expected two pictures at least.`);

const recipe = resolveRecipe('compact', {
  'network.name': small.card.network.name,
  'network.config': small.card.network.config,
  'init.weights': 'sr-weights/x4-small',
  // As x4-small-faces and x4-small-aerial were trained: small steps, so that what the network knows stays.
  'optimizer.kind': 'adam',
  'schedule.learningRate': 5e-5,
  'schedule.warmUp': 50,
  // Keeps colours right, which few pictures of one kind would shift.
  'losses.grid': { kind: 'grid', weight: 100, period: small.card.scale },
  'data.patchSize': 32,
  emaDecay: 0.99,
  steps: Number(steps),
  'validation.every': 100,
  'validation.heldOut': 3,
});
const data = pictures.filter(path => !kept.includes(path));
const card = { name: 'fine-tuned', trainingData: `as x4-small, then ${data.length} pictures of ${folder}` };
const run = train(recipe, { data, out, card, resume: true, onMessage: console.log });
for await (const { iteration, losses } of run) if (iteration % 20 === 0) console.log(iteration, losses);
const { weights } = await run;

const [before, after] = [await decibels(small), await decibels(await readWeightFile(weights))];
console.log(`${kept.length} kept out: ${before.toFixed(2)} dB before, ${after.toFixed(2)} dB after. ${weights}`);

function stop(message) {
  console.error(message);
  process.exit(1);
}

/** PSNR on Y, the mean over the pictures that were kept out. */
async function decibels(model) {
  const upscaler = await loadUpscaler(model);
  let sum = 0;
  for (const path of kept) {
    const original = modCrop(splitAlpha(await readPicture(path)).color, { scale: 4 });
    const enlarged = await upscaler.upscale(resizePicture(original, { scale: 1 / 4, quantize: true }));
    const [value] = await psnr(enlarged, original, { channel: 'y', cropBorder: 4 });
    sum += value;
  }
  upscaler.dispose();
  return sum / kept.length;
}
