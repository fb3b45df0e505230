/** The tests that every network should pass, on every backend. */
import {
  add,
  clipByValue,
  concat,
  mean,
  norm,
  reshape,
  type Scalar,
  square,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import {
  type ApplyContext,
  countParameters,
  type Model,
  type Network,
  Parameters,
  type Picture,
  pictureToTensor,
  Random,
  runNetwork,
  scopeOver,
} from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, randomWeights } from 'sr-tensor/testing';
import { readWeights, type WeightTensor, writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { loadUpscaler } from '../load-upscaler.js';
import { smallestTile } from '../tiles.js';

export interface TestNetworkOptions {
  /** How many numbers the parameters hold, from a source of its own (the paper, the reference implementation). */
  readonly parameters: number;
  /** The same family as small as it gets, for finite differences and tiles. Default: the network itself. */
  readonly tiny?: Network;
  /** Sides of the input must be multiples of this. Default 1. */
  readonly multiple?: number;
}

/**
 * Declares the conformance tests of a network: its parameters are as many as they should be; outputs have the size that
 * its scale says, each picture of a batch by itself; every parameter receives a gradient, the right one by finite
 * differences; parameters survive a file; tiles equal the whole; no tensors are left behind.
 *
 * @param network in the size that is used
 * @example
 * testNetwork(compact(), { parameters: 88_752, tiny: compact({ channels: 3, depth: 1 }) });
 */
export function testNetwork(
  network: Network,
  { parameters: count, tiny = network, multiple = 1 }: TestNetworkOptions,
): void {
  const [height, width] = [6 * multiple, 8 * multiple];

  describe(`${network.name} ${JSON.stringify(network.config)}`, () => {
    test(`has ${count} parameters`, () => {
      expect(countParameters(network)).toBe(count);
    });

    describeOnBackends('conforms', backend => {
      test('gives the size that its scale says, each picture of a batch by itself', async () => {
        await withParameters(network, async model => {
          const pictures = [noise(width, height, 1), noise(width, height, 2)];
          const both = tidy(() => runNetwork(model, concat(pictures.map(pictureToTensor))).output);
          const alone = tidy(() => concat(pictures.map(picture => runNetwork(model, pictureToTensor(picture)).output)));
          expect(both.shape).toEqual([2, height * network.scale, width * network.scale, 3]);
          await expectClose(both, alone);
          both.dispose();
          alone.dispose();
        });
      });

      test('every parameter receives a gradient', async () => {
        await withParameters(network, async model => {
          const names = [...model.parameters.trainable().keys()];
          const norms = tidy(() => {
            const images = pictureToTensor(noise(width, height, 1));
            // Off zero, so that outputs of zero have a gradient too.
            const loss = (): Scalar => {
              const { output, outputs } = runNetwork(model, images, { mode: 'training', outputs: true });
              return mean(square(add(flat([output, ...outputs.values()]), 1))) as Scalar;
            };
            const variables: Variable[] = names.map(name => model.parameters.get(name));
            const { grads } = variableGrads(loss, variables);
            return concat(variables.map(variable => reshape(norm(grads[variable.name]!), [1])));
          });
          const values = await norms.data();
          norms.dispose();
          for (const [i, name] of names.entries()) {
            expect(values[i], `the gradient of ${name}`).toBeGreaterThan(0);
            expect(Number.isFinite(values[i]), `the gradient of ${name}`).toBe(true);
          }
        });
      });

      test('its parameters survive a file', async () => {
        await withParameters(network, async model => {
          const file = readWeights(writeSafetensors(await model.parameters.toWeights()));
          const again = { network, parameters: Parameters.fromWeights(network.parameters, file.tensors) };
          const [before, after] = [model, again].map(m =>
            tidy(() => runNetwork(m, pictureToTensor(noise(width, height, 1))).output),
          ) as [Tensor4D, Tensor4D];
          expect(await after.data()).toEqual(await before.data());
          for (const disposable of [before, after, again.parameters]) disposable.dispose();
        });
      });

      test('its gradients are those of finite differences', async () => {
        // With weights that keep every layer in reach of the next one: a step is small beside all of them.
        const weights = randomWeights(3)(tiny.parameters);
        await withParameters(
          tiny,
          async ({ parameters }) => {
            const names = parameters.names();
            const x = pictureToTensor(noise(3 * multiple, 3 * multiple, 1));
            const apply = (image: Tensor, ...values: Tensor[]): Tensor => {
              const scope = scopeOver(name => values[names.indexOf(name)], '');
              const outputs: Tensor4D[] = [];
              const context: ApplyContext = {
                mode: 'training',
                update() {},
                output: (_, value) => outputs.push(value),
              };
              return flat([tiny.apply(image as Tensor4D, scope, context), ...outputs]);
            };
            const inputs = [x, ...names.map(name => parameters.get(name))];
            // The larger the step, the more rectifiers change sides within it; float32 bounds it from below.
            await checkGradients(apply, inputs, { step: 1e-4, tolerance: 5e-3, kinks: true, directions: 2 });
            x.dispose();
          },
          weights,
        );
      });

      // Pictures of several tiles are far too large for the cpu backend and for emulated GPUs if the radius is large.
      const isFast = backend === 'native' || backend === 'wasm';
      const hasTiles = Number.isFinite(tiny.radius) && (isFast || tiny.radius <= 12);
      test.skipIf(!hasTiles)('tiles equal the whole', async () => {
        await withParameters(tiny, async model => {
          const tile = smallestTile(tiny.radius);
          // Of a large radius along one axis only, and so where pixels take long.
          const tall = isFast && tiny.radius <= 32 ? tile + 3 * multiple : 8 * multiple;
          const picture = noise(isFast ? 2 * tile + multiple : tile + multiple, tall, 1);
          const upscaler = await loadUpscaler(model, { workers: 1 });
          const tiled = await upscaler.upscale(picture, { tile, exact: true });
          const whole = tidy(() => clipByValue(runNetwork(model, pictureToTensor(picture)).output, 0, 1));
          const [height, width] = [tiled.height, tiled.width];
          const tiledTensor = tensor4d(tiled.data as Float32Array, [1, height, width, 3]);
          await expectClose(tiledTensor, whole);
          for (const disposable of [tiledTensor, whole, upscaler]) disposable.dispose();
        });
      });
    });
  });
}

/** The values of all outputs in one row. */
function flat(outputs: readonly Tensor4D[]): Tensor {
  return concat(outputs.map(output => reshape(output, [-1])));
}

/** With the given weights, else those that the network starts with. */
async function withParameters(
  network: Network,
  body: (model: Model) => Promise<void>,
  weights?: ReadonlyMap<string, WeightTensor>,
): Promise<void> {
  await expectNoLeaks(async () => {
    const specs = network.parameters;
    const parameters =
      weights === undefined ? Parameters.create(specs, { seed: 3 }) : Parameters.fromWeights(specs, weights);
    await body({ network, parameters });
    parameters.dispose();
  });
}

function noise(width: number, height: number, seed: number): Picture {
  const random = new Random(seed);
  const data = Float32Array.from({ length: width * height * 3 }, () => random.uniform());
  return { data, width, height, channels: 3 };
}
