/** What enlarges pictures four times: the networks of sr-weights, and what people use today. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { dispose, mul, squeeze, type Tensor3D, tidy } from '@tensorflow/tfjs-core';
import {
  buildNetwork,
  interpolateWeights,
  loadUpscaler,
  type UpscaleOptions,
  type UpscalerSource,
  type WeightModule,
} from 'sr-models';
import { loadNetwork } from 'sr-models/node';
import { countParameters, type Picture, pictureToTensor } from 'sr-tensor';
import type { BackendName } from 'sr-tensor/backend';
import { shippedModel, shippedModels } from '../../packages/sr-cli/src/models.js';
import { resizeOnce } from '../../packages/sr-cli/src/resize-once.js';
import { root } from '../../test/support.js';

export interface Contestant {
  readonly name: string;
  readonly ours: boolean;
  readonly weights: number;
  readonly bytes: number;
  /** The one before it that is the same network with other weights, and takes the same time. */
  readonly timedAs?: string;
  /** On the current backend, on one thread of wasm; the pictures are enlarged in one piece. */
  open(backend: BackendName): Promise<Enlarger>;
}

export interface Enlarger {
  enlarge(picture: Picture): Promise<Picture>;
  dispose(): void;
}

const require = createRequire(import.meta.url);

/** @param assets the folder of reference networks */
export async function contestants(assets: string): Promise<Contestant[]> {
  return [
    {
      name: 'bicubic',
      ours: false,
      weights: 0,
      bytes: 0,
      open: async () => ({
        enlarge: async picture => resizeOnce(picture, 4),
        dispose() {},
      }),
    },
    ...(await shipped()),
    ownContestant(await shippedModel('x4-medium'), 'x4-medium, ensemble', { ensemble: true }),
    await between('x4-medium', 'x4-medium-texture', 0.75),
    ...(['slim', 'medium', 'thick'] as const).map(upscalerJs),
    reference('imdn', join(assets, 'imdn_x4.f32.safetensors'), 'IMDN'),
    reference('enhancenet', join(assets, 'enhancenet_pat_4x.f32.safetensors'), 'EnhanceNet-PAT'),
  ];
}

/** Small and fast first. */
async function shipped(): Promise<Contestant[]> {
  const models = (await shippedModels())
    .filter(({ card }) => card.scale === 4)
    .sort((a, b) => a.card.parameters - b.card.parameters);
  const firstLike = ({ card: { network } }: (typeof models)[number]): string =>
    models.find(({ card }) => JSON.stringify(card.network) === JSON.stringify(network))!.card.name;
  return models.map(module => ({
    ...ownContestant(module, module.card.name),
    ...(firstLike(module) !== module.card.name && { timedAs: firstLike(module) }),
  }));
}

function ownContestant(module: WeightModule, name: string, options?: EnlargeOptions): Contestant {
  return {
    name,
    ours: true,
    weights: module.card.parameters,
    bytes: statSync(new URL(module.url)).size,
    open: backend => enlargerOf(module, backend, options),
  };
}

type EnlargeOptions = Pick<UpscaleOptions, 'ensemble'>;

async function enlargerOf(
  source: UpscalerSource,
  backend: BackendName,
  options: EnlargeOptions = {},
): Promise<Enlarger> {
  const upscaler = await loadUpscaler(source, { backend, workers: 1, tile: 1024 });
  return { enlarge: picture => upscaler.upscale(picture, options), dispose: () => upscaler.dispose() };
}

/** Some of the way from a network for fidelity to a perceptual form of it. */
async function between(fidelity: string, perceptual: string, amount: number): Promise<Contestant> {
  const [from, to] = [await shippedModel(fidelity), await shippedModel(perceptual)];
  return {
    name: `${perceptual}, ${amount}`,
    ours: true,
    weights: to.card.parameters,
    bytes: 0,
    timedAs: fidelity,
    open: async backend => enlargerOf(await interpolateWeights(from, to, amount), backend),
  };
}

/** Published weights in a network of sr-models. */
function reference(network: string, path: string, name: string): Contestant {
  return {
    name,
    ours: false,
    weights: countParameters(buildNetwork({ name: network, config: { scale: 4 } })),
    bytes: statSync(path).size,
    open: async backend => {
      const model = await loadNetwork(network, path, { config: { scale: 4 } });
      const { enlarge, dispose: end } = await enlargerOf(model, backend);
      return {
        enlarge,
        dispose() {
          end();
          model.parameters.dispose();
        },
      };
    },
  };
}

/** It gets and gives tensors, which is the least work that it can be asked for. */
function upscalerJs(size: 'slim' | 'medium' | 'thick'): Contestant {
  const folder = join(root, `node_modules/@upscalerjs/esrgan-${size}/models/x4`);
  const files = readdirSync(folder).map(file => statSync(join(folder, file)).size);
  return {
    name: `UpscalerJS ${size}`,
    ours: false,
    weights: countWeights(join(folder, 'model.json')),
    bytes: files.reduce((sum, bytes) => sum + bytes, 0),
    open: async () => {
      const Upscaler = require('upscaler/node');
      const upscaler: {
        upscale(input: Tensor3D, options: { output: 'tensor' }): Promise<Tensor3D>;
        dispose(): Promise<void>;
      } = new Upscaler({ model: require(`@upscalerjs/esrgan-${size}/4x`) });
      return {
        async enlarge(picture) {
          const input = tidy(() => mul<Tensor3D>(squeeze(pictureToTensor(picture), [0]), 255));
          const output = await upscaler.upscale(input, { output: 'tensor' });
          const [h, w] = output.shape;
          const pixels = Uint8Array.from(await output.data(), value => Math.min(255, Math.max(0, Math.round(value))));
          dispose([input, output]);
          return { data: pixels, width: w, height: h, channels: 3 };
        },
        dispose: () => void upscaler.dispose(),
      };
    },
  };
}

/** Of a model in the format of TensorFlow.js. */
function countWeights(path: string): number {
  const { weightsManifest }: { weightsManifest: { weights: { shape: number[] }[] }[] } = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  const sizes = weightsManifest.flatMap(({ weights }) =>
    weights.map(({ shape }) => shape.reduce((size, side) => size * side, 1)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
