/**
 * Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, figures 3 and 4: a picture made from
 * the features of one layer, and one made from the Gram matrices of more and more layers.
 */
import { resizePicture } from 'sr-data';
import { readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { invertFeatures, type OptimizationStep, synthesizeTexture } from 'style-transfer';
import type { Line } from './line-chart.js';
import { figureOptions, loadNetwork } from './options.js';
import { saveFigure } from './save-figure.js';

/** The papers' layers where the network has them, else layers at the same depths. */
const layersOf: Readonly<Record<string, string>> = {
  vgg16: 'relu2_2,relu3_3,relu4_3,relu5_1,relu5_3',
  vgg19: 'relu2_2,relu3_4,relu4_4,relu5_1,relu5_4',
  squeeze: 'relu1,fire3,fire5,fire7,fire9',
  alex: 'relu1,relu2,relu3,relu4,relu5',
};
/** With their weights; those of SqueezeNet as in the preset `squeezenet`. */
const styleLayersOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  vgg16: { relu1_2: 1, relu2_2: 1, relu3_3: 1, relu4_3: 1 },
  vgg19: { relu1_2: 1, relu2_2: 1, relu3_4: 1, relu4_4: 1 },
  squeeze: { relu1: 1e7, fire2: 3e5, fire4: 1e3, fire6: 20 },
  alex: { relu1: 1, relu2: 1, relu3: 1, relu4: 1 },
};

export async function run(args: string[]): Promise<void> {
  const options = figureOptions(args, {
    network: 'squeeze',
    content: 'examples/photos/lake.png',
    style: 'docs/styles/waves.jpg',
    size: '192',
    iterations: '200',
    smoothness: '1e-8',
    layers: '',
  });
  const { backend } = await selectBackend();
  const layers = (options.layers || layersOf[options.network]!).split(',');
  const styleLayers = Object.entries(styleLayersOf[options.network]!);
  const encoder = await loadNetwork(options.network, [...layers, ...styleLayers.map(([layer]) => layer)]);
  const [content, style] = await Promise.all(
    [options.content, options.style].map(async path => fitted(await readPicture(path), Number(options.size))),
  );
  const common = {
    encoder,
    // Ours has its own way to the minimum: L-BFGS gets stuck there.
    ...(options.network.startsWith('vgg') && { preset: 'johnson-baseline' as const }),
    iterations: Number(options.iterations),
    smoothness: Number(options.smoothness),
  };

  const inversions = [];
  for (const layer of layers) {
    inversions.push({ name: layer, ...(await last(invertFeatures(content!, { ...common, layers: [layer] }))) });
    console.log(`inverted ${layer}: ${inversions.at(-1)!.losses.at(-1)}`);
  }
  const textures = [];
  for (const count of styleLayers.keys()) {
    const [layer] = styleLayers[count]!;
    const name = count === 0 ? layer : `+ ${layer}`;
    const chosen = Object.fromEntries(styleLayers.slice(0, count + 1));
    textures.push({ name, ...(await last(synthesizeTexture(style!, { ...common, layers: chosen }))) });
    console.log(`style up to ${layer}: ${textures.at(-1)!.losses.at(-1)}`);
  }
  encoder.dispose();

  for (const [name, title, target, results] of [
    ['inversion', 'Feature inversion', content!, inversions],
    ['style-reconstruction', 'Style reconstruction', style!, textures],
  ] as const) {
    await saveFigure(options.out, name, {
      data: { ...options, backend, results: results.map(({ name: layer, losses }) => ({ layer, losses })) },
      chart: {
        title,
        x: 'iteration',
        y: 'share of the first loss',
        logarithmic: true,
        lines: results.map(
          ({ name: layer, losses }): Line => ({
            name: layer,
            points: losses.map((loss, i) => [i + 1, loss / losses[0]!]),
          }),
        ),
      },
      grid: {
        columns: ['the picture', ...results.map(({ name: layer }) => layer)],
        rows: [{ name: '', cells: [{ picture: target }, ...results.map(({ picture }) => ({ picture }))] }],
      },
    });
  }
}

async function last(steps: AsyncIterable<OptimizationStep>): Promise<{ picture: Picture; losses: number[] }> {
  const losses: number[] = [];
  let picture: Picture | undefined;
  for await (const step of steps) {
    losses.push(step.losses.total);
    picture = step.picture;
  }
  return { picture: picture!, losses };
}

function fitted(picture: Picture, size: number): Picture {
  const factor = size / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height].map(side => Math.round(side * factor)) as [number, number];
  return resizePicture(picture, { width, height }, { preset: 'pil', quantize: true });
}
