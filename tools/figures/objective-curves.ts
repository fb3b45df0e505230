/**
 * Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, figure 5: the objective while it is
 * minimised over the pixels, and, as lines, where a trained network's picture and the untouched content lie.
 *
 *   npm run figure -- objective-curves --style FILE|NAME --style-picture FILE [--sizes 256,512,1024] [--pictures 10]
 *
 * The objective (network, layers, weights) should be the one that the style was trained with: by default that of johnson-style's
 * small form.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cropPicture, resizePicture } from 'sr-data';
import { findPictures, readPicture } from 'sr-data/node';
import type { Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import {
  loadStyle,
  type OptimizationPreset,
  type OptimizationStep,
  type OptimizeStyleOptions,
  optimizeStyle,
  type Style,
  stylize,
} from 'style-transfer';
import { assets, figureOptions, loadNetwork } from './options.js';
import { saveFigure } from './save-figure.js';

type Losses = OptimizationStep['losses'];

interface Curves {
  readonly picture: string;
  readonly optimization: readonly Losses[];
  readonly content: Losses;
  readonly network?: Losses | undefined;
  /** How many iterations the optimisation needs to come as low as the network; undefined: more than there were. */
  readonly crossing?: number | undefined;
}

export async function run(args: string[]): Promise<void> {
  const options = figureOptions(args, {
    style: '',
    'style-picture': join(assets, 'data/style/styles/la_muse.jpg'),
    contents: join(assets, 'data/bench/BSD100-dev'),
    pictures: '10',
    sizes: '256,512',
    iterations: '100',
    preset: 'squeezenet',
    network: 'squeeze',
    'content-layers': '',
    'style-layers': '',
    'content-weight': '',
    'style-weight': '',
    smoothness: '',
  });
  const { backend } = await selectBackend();
  const layersOf = (name: 'content-layers' | 'style-layers'): string[] | undefined =>
    options[name] === '' ? undefined : options[name].split(',');
  const [contentLayers, styleLayers] = [layersOf('content-layers'), layersOf('style-layers')];
  const weights = Object.fromEntries(
    (
      [
        ['content', options['content-weight']],
        ['style', options['style-weight']],
        ['smoothness', options.smoothness],
      ] as const
    )
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, Number(text)]),
  );
  const encoder = await loadNetwork(options.network);
  const objective: OptimizeStyleOptions = {
    preset: options.preset as OptimizationPreset,
    // As in the paper, whatever the preset says.
    optimizer: 'lbfgs',
    project: true,
    levels: 1,
    encoder,
    weights,
    ...(contentLayers && { contentLayers }),
    ...(styleLayers && { styleLayers }),
  };
  const stylePicture = await readPicture(options['style-picture']);
  const style = options.style === '' ? undefined : await openStyle(options.style);
  const contents = await readContents(options.contents, Number(options.pictures));

  for (const size of options.sizes.split(',').map(Number)) {
    const found: Curves[] = [];
    for (const { name, picture } of contents) {
      found.push(
        await curvesOf(name, square(picture, size), {
          stylePicture,
          style,
          objective,
          iterations: Number(options.iterations),
        }),
      );
      const { optimization, network, crossing } = found.at(-1)!;
      console.log(
        `${size} ${name}: after ${optimization.length} ${optimization.at(-1)!.total}, network ${network?.total}, crossing ${crossing}`,
      );
    }
    const totals = found.map(({ optimization }) => optimization.map(({ total }) => total));
    const statistics = totals[0]!.map((_, i) => meanAndDeviation(totals.map(curve => curve[i]!)));
    const levels = [
      { name: 'content', value: meanAndDeviation(found.map(({ content }) => content.total)).mean },
      ...(style === undefined
        ? []
        : [{ name: 'network', value: meanAndDeviation(found.map(({ network }) => network!.total)).mean }]),
    ];
    await saveFigure(options.out, `objective-${size}`, {
      data: { ...options, size, backend, statistics, levels, curves: found },
      chart: {
        title: `Objective at ${size} x ${size}, ${found.length} pictures`,
        x: 'iteration',
        y: 'objective',
        logarithmic: true,
        lines: [
          {
            name: 'optimisation',
            points: statistics.map(({ mean }, i) => [i + 1, mean]),
            spread: statistics.map(({ deviation }) => deviation),
          },
        ],
        levels,
      },
    });
  }
  encoder.dispose();
  style?.dispose();
}

/** A name of sr-weights, or a file. */
async function openStyle(style: string): Promise<Style> {
  if (/\.[^./\\]+$/.test(style)) return loadStyle(await readFile(style));
  return loadStyle(
    ((await import(`sr-weights/style-${style}`)) as { default: Parameters<typeof loadStyle>[0] }).default,
  );
}

async function readContents(folder: string, count: number): Promise<{ name: string; picture: Picture }[]> {
  // Sets for enlargement hold small versions as well.
  const paths = (await findPictures(folder)).filter(path => !/_LR|x\d\.png$/.test(path)).slice(0, count);
  return Promise.all(
    paths.map(async path => ({ name: path.replace(/^.*[/\\]/, ''), picture: await readPicture(path) })),
  );
}

async function curvesOf(
  picture: string,
  content: Picture,
  {
    stylePicture,
    style,
    objective,
    iterations,
  }: { stylePicture: Picture; style: Style | undefined; objective: OptimizeStyleOptions; iterations: number },
): Promise<Curves> {
  const minimise = async (more: OptimizeStyleOptions): Promise<Losses[]> => {
    const losses: Losses[] = [];
    for await (const step of optimizeStyle(content, stylePicture, { ...objective, ...more })) losses.push(step.losses);
    return losses;
  };
  // What the first iteration starts from costs what the start costs.
  const levelOf = async (start: 'content' | Picture): Promise<Losses> => (await minimise({ start, iterations: 1 }))[0]!;
  const optimization = await minimise({ start: 'noise', iterations });
  const network = style && (await levelOf(await stylize(content, style)));
  const crossing = network && optimization.findIndex(({ total }) => total <= network.total);
  return {
    picture,
    optimization,
    content: await levelOf('content'),
    network,
    crossing: crossing === undefined || crossing < 0 ? undefined : crossing + 1,
  };
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

/** The middle of a picture. */
function square(picture: Picture, size: number): Picture {
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [Math.floor((picture.width - side) / 2), Math.floor((picture.height - side) / 2)];
  const middle = cropPicture(picture, { left, top, width: side, height: side });
  return resizePicture(middle, { width: size, height: size }, { preset: 'pil', quantize: true });
}
