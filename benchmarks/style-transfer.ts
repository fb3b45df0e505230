/**
 * Johnson et al., ECCV 2016, table 1: iterations of the baseline against one pass of the network, on the same picture.
 *
 * The network is the paper's (1,679,235 weights), the baseline that of `johnson-baseline` with VGG-16 up to relu4_3, 500 iterations of
 * L-BFGS. Weights are random, since times do not depend on them. 20 iterations are measured; the times of 100, 300 and 500 are
 * multiples of their median. SR_SIZES lists the sides of the pictures, default 256,512 (1024 needs about 16 GB).
 */
import { createEncoder, type EncoderWeights, vgg16 } from 'sr-features';
import { fileShape, Parameters, type Picture, Random } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { optimizeStyle, type Style, styleNetwork, stylize } from 'style-transfer';

const measured = 20;
const sizes = (process.env.SR_SIZES ?? '256,512').split(',').map(Number);

const { device } = await selectBackend({ backend: 'native' });
console.log(device);
const style = styleOf();
const encoder = createEncoder(vgg16, randomWeights, { layers: ['relu4_3'] });
for (const size of sizes) {
  const photo = noise(size);
  await stylize(photo, style);
  const passes = [];
  for (let i = 0; i < 10; i++) passes.push(await secondsOf(() => stylize(photo, style)));
  // The network on a picture alone, as the paper measures it, without reading, alpha and rounding: nearly all of `stylize`.
  const pass = median(passes);

  const iterations: number[] = [];
  let last = performance.now();
  // One more: the first one warms up, and holds the time of the targets.
  for await (const _ of optimizeStyle(photo, noise(size, 2), {
    preset: 'johnson-baseline',
    encoder,
    iterations: measured + 1,
  })) {
    iterations.push((performance.now() - last) / 1000);
    last = performance.now();
  }
  const each = median(iterations.slice(1));
  console.log(
    `${size} x ${size}: the network ${pass.toFixed(3)} s (best ${Math.min(...passes).toFixed(3)}), an iteration ${each.toFixed(2)} s (median of ${measured})`,
  );
  for (const count of [100, 300, 500]) {
    const total = count * each;
    console.log(
      `  ${count} iterations, extrapolated: ${total.toFixed(0)} s, ${(total / pass).toFixed(0)} times the network`,
    );
  }
}
encoder.dispose();
style.dispose();

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function styleOf(): Style {
  const network = styleNetwork({ preset: 'fast-neural-style' });
  const parameters = Parameters.create(network.parameters);
  const dispose = (): void => parameters.dispose();
  return { network, parameters, card: undefined, dispose, [Symbol.dispose]: dispose };
}

/** He et al.'s, so that features neither vanish nor grow. */
function randomWeights(specs: Parameters['specs']): Extract<EncoderWeights, ReadonlyMap<string, unknown>> {
  const random = new Random(1);
  return new Map(
    Object.entries(specs).map(([name, spec]) => {
      const shape = fileShape(spec);
      const bound = shape.length > 1 ? Math.sqrt(6 / shape.slice(1).reduce((product, n) => product * n, 1)) : 0;
      const size = shape.reduce((product, n) => product * n, 1);
      return [
        name,
        {
          dtype: 'f32' as const,
          shape,
          data: Float32Array.from({ length: size }, () => random.uniform(-bound, bound)),
        },
      ];
    }),
  );
}

function noise(size: number, seed = 1): Picture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: size * size * 3 }, () => random.int(256));
  return { data, width: size, height: size, channels: 3 };
}
