// Trains a compact network on a folder of pictures: node train.mjs FOLDER [STEPS] [OUT]
// Called again with the same folder it goes on where it stopped, to the step.
import { recipes } from 'sr-train';
import { train } from 'sr-train/node';

const [data, steps = '2000', out = 'runs/compact'] = process.argv.slice(2);
if (data === undefined) {
  console.error('Usage: node train.mjs FOLDER [STEPS] [OUT]');
  process.exit(1);
}

const recipe = recipes.compact({ scale: 4 });
const run = train(
  {
    ...recipe,
    steps: Number(steps),
    data: { ...recipe.data, patchSize: 24 },
    schedule: { ...recipe.schedule, warmUp: 10 },
    validation: { every: 500, heldOut: 1 },
  },
  { data, out, resume: true },
);
for await (const { iteration, losses, learningRate } of run) {
  if (iteration % 10 === 0) console.log(iteration, losses, `rate ${learningRate.toExponential(1)}`);
}
const { best, weights, report } = await run;
console.log(
  `Best: ${best?.scores.psnr.toFixed(2)} dB at step ${best?.iteration}. Weights: ${weights}. Report: ${report}`,
);
