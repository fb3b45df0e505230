import {
  concat,
  mean,
  norm,
  reshape,
  type Scalar,
  slice,
  square,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type ApplyContext, countParameters, type Model, Parameters, runNetwork, scopeOver } from 'sr-tensor';
import {
  checkGradients,
  describeOnBackends,
  expectClose,
  expectNoLeaks,
  expectSummary,
  randomWeights,
} from 'sr-tensor/testing';
import { writeSafetensors } from 'sr-tensor/weights';
import { describe, expect, test } from 'vitest';
import { golden, picture } from '../golden/networks.js';
import { enter, runLayers } from './layers.js';
import { type StyleNetwork, type StyleNetworkOptions, styleNetwork } from './style-network.js';

const inference: ApplyContext = { mode: 'inference', update() {} };

describe('styleNetwork', () => {
  test.each(golden.counts)('$preset $config has $parameters parameters', ({ preset, config, parameters }) => {
    expect(countParameters(styleNetwork({ preset, ...config }), { trainable: true })).toBe(parameters);
  });

  test('is as large as published', () => {
    // Johnson et al.: the layer table; half width: the models of fast-neural-style with instance norm.
    expect(countParameters(styleNetwork(), { trainable: true })).toBe(1_679_235);
    expect(countParameters(styleNetwork({ preset: 'fast-neural-style', channels: 16 }))).toBe(424_899);
  });

  test('the small one takes less than 500 kB in half precision', () => {
    const { parameters } = styleNetwork({ preset: 'small' });
    const file = writeSafetensors(
      new Map(
        Object.entries(parameters).map(([name, { shape }]) => {
          const size = shape.reduce((product, n) => product * n, 1);
          return [name, { shape, data: new Float32Array(size) }];
        }),
      ),
      { dtype: 'f16' },
    );
    expect(file.length).toBeLessThan(500_000);
  });

  test('a config rebuilds it', () => {
    const network = styleNetwork({ preset: 'small', styles: 3, blocks: 2 });
    expect(styleNetwork(network.config).config).toEqual(network.config);
    expect(Object.keys(styleNetwork(network.config).parameters)).toEqual(Object.keys(network.parameters));
  });

  test('refuses what it cannot be', () => {
    for (const wrong of [{ channels: 0 }, { blocks: 1.5 }, { norm: 'layer' }, { depth: 3 }, { preset: 'gatys' }]) {
      expect(() => styleNetwork(wrong as StyleNetworkOptions)).toThrow(
        expect.objectContaining({ code: 'network/config' }),
      );
    }
    expect(() => styleNetwork({ styles: 2 })).toThrow(/instance/);
  });

  describeOnBackends('conforms', () => {
    test.each(golden.cases)('equals PyTorch: $preset $config', async c => {
      await expectNoLeaks(async () => {
        const model = modelOf(styleNetwork({ preset: c.preset, ...c.config }), c.seed);
        const output = tidy(() => runNetwork(model, picture(c.seed, c.size)).output);
        await expectSummary(output, c.output, { tolerance: golden.tolerance });
        const x = tidy(() => variable(picture(c.seed, c.size)));
        const { value, grads } = variableGrads(
          () => mean(square(runNetwork(model, x as Tensor as Tensor4D).output)) as Scalar,
          [x],
        );
        await expectSummary(grads[x.name]!, c.gradient, { tolerance: 10 * golden.tolerance });
        for (const disposable of [output, value, grads[x.name]!, x, model.parameters]) disposable.dispose();
      });
    });

    test('its gradients are those of finite differences', async () => {
      for (const options of [
        { preset: 'johnson', channels: 2, blocks: 1 },
        { preset: 'pytorch-examples', channels: 2, blocks: 1, output: 'code' },
      ] as const) {
        const { network, parameters } = modelOf(styleNetwork(options), 3);
        const names = parameters.names();
        const x = picture(2, [12, 12]);
        const apply = (image: Tensor, ...values: Tensor[]): Tensor =>
          network.apply(
            image as Tensor4D,
            scopeOver(name => values[names.indexOf(name)], ''),
            inference,
          );
        const inputs = [x, ...names.map(name => parameters.get(name))];
        await checkGradients(apply, inputs, { step: 1e-4, tolerance: 5e-3, kinks: true, directions: 2 });
        x.dispose();
        parameters.dispose();
      }
    });

    test('every parameter receives a gradient, and running statistics are handed out', async () => {
      for (const network of [
        styleNetwork({ channels: 2, blocks: 1 }),
        styleNetwork({ preset: 'small', channels: 2, blocks: 1, styles: 3 }),
      ]) {
        const model = modelOf(network, 5);
        const names = [...model.parameters.trainable().keys()];
        const variables: Variable[] = names.map(name => model.parameters.get(name));
        const images = picture(1, [16, 12]);
        let statistics: string[] = [];
        const norms = tidy(() => {
          const { grads } = variableGrads(() => {
            const { output, updates } = runNetwork(model, images, { mode: 'training' });
            statistics = [...updates.keys()];
            return mean(square(output)) as Scalar;
          }, variables);
          return concat(variables.map(v => reshape(norm(grads[v.name]!), [1])));
        });
        const values = await norms.data();
        // The norm behind a convolution takes its bias off; what is left is rounding.
        for (const [i, name] of names.entries()) {
          if (!name.endsWith('conv2d.bias')) expect(values[i], name).toBeGreaterThan(0);
        }
        const buffers = model.parameters.names().filter(name => name.includes('running'));
        expect(statistics.toSorted()).toEqual(buffers.toSorted());
        norms.dispose();
        images.dispose();
        model.parameters.dispose();
      }
    });

    test('a mixture that is one style equals the network of this style', async () => {
      const many = modelOf(styleNetwork({ preset: 'small', channels: 2, blocks: 1, styles: 3 }), 5);
      const x = picture(4, [8, 12]);
      const one = styleNetwork({ preset: 'small', channels: 2, blocks: 1 });
      const scope = scopeOver(name => {
        const value = many.parameters.get(name);
        return /\.?in\d\./.test(name) ? reshape(slice(value, [2, 0], [1, -1]), [-1]) : value;
      }, '');
      const pairs = tidy(() => [
        one.apply(x, scope, inference),
        many.network.applyStyles(x, many.parameters.scope(), inference, tensor2d([0, 0, 1], [1, 3])),
      ]);
      await expectClose(pairs[1]!, pairs[0]!);
      for (const disposable of [...pairs, x, many.parameters]) disposable.dispose();
    });
  });

  // Sizes, which no backend has a say in; on an emulated GPU 256 pixels take a minute.
  describeOnBackends(
    'has the layer table of Johnson et al.',
    () => {
      test('for 256 x 256, with 40 mirrored pixels', async () => {
        const { layers, config, margin } = styleNetwork();
        expect(margin).toBe(40);
        // Width does not matter for the sizes; the table's channels are those of the specs.
        expect(layers.map(({ to }) => to)).toEqual([32, 64, 128, ...new Array(10).fill(128), 64, 32, 3]);
        const narrow = modelOf(styleNetwork({ channels: 1 }), 1);
        const sizes: number[] = [];
        tidy(() => {
          const entered = enter(picture(1, [256, 256]), { output: config.output, margin });
          expect(entered.shape).toEqual([1, 336, 336, 3]);
          runLayers(entered, narrow.network.layers, {
            p: narrow.parameters.scope(),
            normalize: features => features.clone(),
            onLayer: (_, { shape }) => sizes.push(shape[1]),
          });
        });
        expect(sizes).toEqual([336, 168, 84, 82, 80, 78, 76, 74, 72, 70, 68, 66, 64, 128, 256, 256]);
        narrow.parameters.dispose();
      });

      test('whose margin is what the blocks take away', () => {
        // Without it 256 pixels become 176: ten convolutions take two of the quarter-size pixels each.
        for (const blocks of [1, 3, 5]) {
          const model = modelOf(styleNetwork({ channels: 1, blocks }), 1);
          const side = tidy(
            () =>
              runLayers(picture(1, [256, 256]), model.network.layers, {
                p: model.parameters.scope(),
                normalize: features => features.clone(),
              }).shape[1],
          );
          expect((256 - side) / 2).toBe(model.network.margin);
          model.parameters.dispose();
        }
        expect(styleNetwork().margin).toBe(40);
        expect(styleNetwork({ padding: 'zero' }).margin).toBe(0);
      });
    },
    { only: ['wasm'] },
  );

  test('has blocks that cost as much as layers of a quarter of the channels in full size', () => {
    // Johnson et al., section 3.1: a 3 x 3 convolution of C channels takes 9 H W C^2 multiplications, as one of D C at H / D, W / D.
    const { layers } = styleNetwork();
    const block = layers.find(({ parameters }) => parameters.startsWith('res1'))!;
    const [first] = layers;
    const [side, shrinkage] = [336, 4];
    expect(block.to).toBe(shrinkage * first!.to);
    const cost = (size: number, channels: number): number => size ** 2 * block.kernel ** 2 * channels ** 2;
    expect(cost(side / shrinkage, block.to)).toBe(cost(side, first!.to));
  });

  describeOnBackends('checks of the sheet', () => {
    test('a residual block without weights is the middle of its input', async () => {
      const { layers } = styleNetwork({ channels: 2, blocks: 1, norm: 'instance' });
      const block = layers.filter(({ parameters }) => parameters.startsWith('res1'));
      const x = tidy(
        () =>
          concat(
            [picture(3, [12, 10]), picture(4, [12, 10]), slice(picture(5, [12, 10]), [0, 0, 0, 0], [1, 12, 10, 2])],
            3,
          ) as Tensor4D,
      );
      const zero = new Map<string, Tensor>();
      const y = tidy(() => {
        for (const { parameters } of block) {
          zero.set(`${parameters}.weight`, tensor4d(new Float32Array(9 * 64), [3, 3, 8, 8]));
        }
        return runLayers(x, block, { p: scopeOver(name => zero.get(name), ''), normalize: f => f.clone() });
      });
      const middle = tidy(() => slice(x, [0, 2, 2, 0], [1, 8, 6, 8]));
      await expectClose(y, middle, { tolerance: 0 });
      for (const tensor of [x, y, middle]) tensor.dispose();
    });

    test('the output lies within 150 of the mean colour, and between 0 and 255 in the paper’s form', async () => {
      const limits = {
        code: [123.68, 116.779, 103.939].map(level => [(level - 150) / 255, (level + 150) / 255]),
        paper: [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
      };
      for (const output of ['code', 'paper'] as const) {
        const model = modelOf(styleNetwork({ channels: 2, blocks: 1, output }), 6, 50);
        const result = tidy(() => runNetwork(model, picture(1, [12, 12])).output);
        const values = await result.data();
        const seen = [0, 1, 2].map(c => {
          const channel = values.filter((_, i) => i % 3 === c);
          return [Math.min(...channel), Math.max(...channel)];
        });
        for (const [c, [low, high]] of limits[output].entries()) {
          expect(seen[c]![0]).toBeGreaterThanOrEqual(low! - 1e-6);
          expect(seen[c]![1]).toBeLessThanOrEqual(high! + 1e-6);
        }
        result.dispose();
        model.parameters.dispose();
      }
    });

    test('every size stays, and pictures that cannot be mirrored are refused', async () => {
      const model = modelOf(styleNetwork({ channels: 1, blocks: 1 }), 6);
      for (const size of [
        [9, 9],
        [11, 14],
        [16, 13],
      ] as [number, number][]) {
        const result = tidy(() => runNetwork(model, picture(1, size)).output);
        expect(result.shape).toEqual([1, ...size, 3]);
        result.dispose();
      }
      const small = picture(1, [8, 20]);
      expect(() => tidy(() => runNetwork(model, small).output)).toThrow(
        expect.objectContaining({ code: 'padding/size' }),
      );
      small.dispose();
      model.parameters.dispose();
    });
  });
});

/** With the weights of the oracle. */
function modelOf(network: StyleNetwork, seed: number, last = golden.last): Model & { network: StyleNetwork } {
  const weights = randomWeights(seed)(network.parameters);
  for (const [name, { data }] of weights) {
    // In float32, as the oracle's network multiplies in float64 what was rounded before.
    if (name.startsWith('deconv3')) for (let i = 0; i < data.length; i++) data[i] = data[i]! * last;
  }
  return { network, parameters: Parameters.fromWeights(network.parameters, weights) };
}
