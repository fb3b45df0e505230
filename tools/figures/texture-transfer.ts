/**
 * Texture transfer (Gondal et al., "The unreasonable effectiveness of texture transfer for single image super-resolution", ECCV
 * Workshops 2018, figure 2): what a picture's own Gram matrices bring back, starting from white and from bicubic x8 and x4, for
 * the whole picture and for each of its segments.
 */
import { join } from 'node:path';
import { cropPicture, resizePicture, segmentMasks } from 'sr-data';
import { findPictures, readPicture } from 'sr-data/node';
import { type LoadedLpips, loadLpips, psnr } from 'sr-metrics';
import type { Encoder, Picture } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { type MaskMode, transferTexture } from 'style-transfer';
import { assets, figureOptions, loadNetwork } from './options.js';
import { saveFigure } from './save-figure.js';

/** A picture with a map of labels, 255 being none. */
export interface Scene {
  readonly name: string;
  readonly picture: Picture;
  readonly labels: Picture;
}

export type Start = 'white' | 'x8' | 'x4';
const starts: readonly Start[] = ['white', 'x8', 'x4'];

export interface Transfer {
  readonly scene: string;
  readonly start: Start;
  readonly isMasked: boolean;
  /** Of the start from the picture: mean squared error of RGB in [0, 1], and LPIPS (AlexNet, v0.1). */
  readonly before: Distances;
  readonly after: Distances;
  /** At each iteration. */
  readonly losses: readonly number[];
  readonly picture: Picture;
}

interface Distances {
  readonly mse: number;
  readonly lpips: number;
}

/** COCO-Stuff's sample of the test assets: the middle of each picture, `side` pixels wide and high. */
export async function cocoScenes(count: number, side: number): Promise<Scene[]> {
  const root = join(assets, 'data/masks/coco_stuff21');
  const scenes: Scene[] = [];
  for (const path of await findPictures(join(root, 'val_img'))) {
    const picture = await readPicture(path);
    const labels = await readPicture(path.replace('val_img', 'val_label').replace(/\.jpg$/, '.png'));
    const middle = Math.min(picture.width, picture.height);
    const area = {
      left: Math.floor((picture.width - middle) / 2),
      top: Math.floor((picture.height - middle) / 2),
      width: middle,
      height: middle,
    };
    scenes.push({
      name: path.replace(/^.*[/\\]|\.jpg$/g, ''),
      picture: resizePicture(cropPicture(picture, area), { width: side, height: side }, { quantize: true }),
      labels: resizePicture(cropPicture(labels, area), { width: side, height: side }, nearest),
    });
    if (scenes.length === count) break;
  }
  return scenes;
}

const nearest = { preset: 'torch', kernel: 'nearest', quantize: true } as const;

/** The picture of this repository, `side` pixels high, with its segments by hand: sky, mountains, shore, water. */
export async function lakeScene(side: number): Promise<Scene> {
  const photo = await readPicture('examples/photos/lake.png');
  const { width, height } = photo;
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (y >= shore[1]) return 3;
    if (y >= shore[0]) return 2;
    return y < ridgeAt(x) ? 0 : 1;
  });
  const size = { width: Math.round((side * width) / height), height: side };
  return {
    name: 'lake',
    picture: resizePicture(photo, size, { quantize: true }),
    labels: resizePicture({ data, width, height, channels: 1 }, size, nearest),
  };
}

/** Rows where trees and where the water begin. */
const shore = [124, 152] as const;
/** Where the mountains of the picture end, from left to right. */
const ridge = [
  [0, 75],
  [24, 54],
  [50, 76],
  [72, 76],
  [94, 62],
  [120, 90],
  [165, 104],
  [210, 98],
  [270, 68],
  [300, 58],
  [324, 68],
  [345, 57],
  [360, 66],
] as const;

function ridgeAt(x: number): number {
  const next = ridge.findIndex(([to]) => to > x);
  const [[left, top], [right, bottom]] = [ridge[next - 1]!, ridge[next]!];
  return top + ((bottom - top) * (x - left)) / (right - left);
}

/** All starts, with and without masks. */
export async function* transfers(
  { name, picture, labels }: Scene,
  {
    encoder,
    layers,
    iterations,
    lpips,
    maskMode = 'guided',
  }: {
    encoder: Encoder;
    layers?: readonly string[] | undefined;
    iterations: number;
    lpips: LoadedLpips;
    maskMode?: MaskMode;
  },
): AsyncGenerator<Transfer> {
  const { masks, labels: known } = segmentMasks(labels, { ignore: [255] });
  // Where the largest segments cover everything there is no rest.
  const regions = masks.slice(0, known.length + 1).filter(({ data }) => data.some(value => value > 0));
  const distances = async (result: Picture): Promise<Distances> => ({
    mse: 10 ** (-(await psnr(result, picture, { channel: 'rgb', cropBorder: 0 }))[0]! / 10),
    lpips: (await lpips(result, picture))[0]!,
  });
  for (const start of starts) {
    const first = startOf(picture, start);
    for (const isMasked of [false, true]) {
      const losses: number[] = [];
      let last = first;
      const options = {
        encoder,
        iterations,
        start: first,
        ...(layers && { layers }),
        ...(isMasked && { masks: regions, maskMode }),
      };
      for await (const step of transferTexture(picture, options)) {
        losses.push(step.losses.total);
        last = step.picture;
      }
      const [before, after] = [await distances(first), await distances(last)];
      yield { scene: name, start, isMasked, before, after, losses, picture: last };
    }
  }
}

function startOf(picture: Picture, start: Start): Picture {
  const { width, height } = picture;
  if (start === 'white') return { ...picture, data: new Uint8Array(width * height * 3).fill(255), channels: 3 };
  const scale = start === 'x8' ? 8 : 4;
  const small = resizePicture(
    picture,
    { width: Math.floor(width / scale), height: Math.floor(height / scale) },
    { quantize: true },
  );
  return resizePicture(small, { width, height }, { quantize: true });
}

export async function run(args: string[]): Promise<void> {
  const options = figureOptions(args, {
    pictures: '4',
    side: '192',
    iterations: '200',
    network: 'squeeze',
    layers: '',
    'mask-mode': 'guided',
  });
  const { backend } = await selectBackend();
  // Default: those of the network's preset, with their weights.
  const layers = options.layers === '' ? undefined : options.layers.split(',');
  const [encoder, lpips] = [await loadNetwork(options.network), await loadLpips()];
  const side = Number(options.side);
  const scenes = [await lakeScene(side), ...(await cocoScenes(Number(options.pictures), side))];
  const found: Transfer[] = [];
  for (const scene of scenes) {
    const how = {
      encoder,
      layers,
      iterations: Number(options.iterations),
      lpips,
      maskMode: options['mask-mode'] as MaskMode,
    };
    for await (const transfer of transfers(scene, how)) {
      found.push(transfer);
      const { start, isMasked, after } = transfer;
      console.log(
        `${scene.name} ${start}${isMasked ? ', masked' : ''}: MSE ${after.mse.toFixed(4)}, LPIPS ${after.lpips.toFixed(3)}`,
      );
    }
  }
  encoder.dispose();
  lpips.dispose();

  const of = (start: Start, isMasked: boolean): Transfer[] =>
    found.filter(each => each.start === start && each.isMasked === isMasked);
  const columns = starts.flatMap(start => [false, true].map(isMasked => ({ start, isMasked })));
  const nameOf = ({ start, isMasked }: { start: Start; isMasked: boolean }): string =>
    `${start}${isMasked ? ', masks' : ''}`;
  const means = columns.map(column => ({
    ...column,
    mse: mean(of(column.start, column.isMasked).map(({ after }) => after.mse)),
    lpips: mean(of(column.start, column.isMasked).map(({ after }) => after.lpips)),
  }));
  console.table(means.map(({ mse, lpips: distance, ...column }) => ({ start: nameOf(column), mse, lpips: distance })));
  const data = { ...options, layers, backend, means, transfers: found.map(({ picture: _, ...rest }) => rest) };
  const chart = {
    title: 'Texture loss, mean over pictures',
    x: 'iteration',
    y: 'share of the first',
    logarithmic: true,
    lines: columns.map(column => ({ name: nameOf(column), points: meanCurve(of(column.start, column.isMasked)) })),
  };
  const gridOf = (names: readonly Scene[]) => ({
    columns: ['target', ...columns.map(nameOf)],
    rows: names.map(({ name, picture }) => ({
      name,
      cells: [
        { picture },
        ...columns.map(({ start, isMasked }) => {
          const { picture: result, after } = of(start, isMasked).find(({ scene }) => scene === name)!;
          return { picture: result, text: `${after.mse.toFixed(4)} / ${after.lpips.toFixed(3)}` };
        }),
      ],
    })),
  });
  // The picture of this repository stands alone: it is free to be shown.
  await saveFigure(options.out, 'texture-transfer', { data, chart, grid: gridOf(scenes.slice(1)) });
  await saveFigure(options.out, 'texture-transfer-lake', {
    data: data.transfers.filter(({ scene }) => scene === 'lake'),
    grid: gridOf(scenes.slice(0, 1)),
  });
}

function meanCurve(transfers: readonly Transfer[]): [number, number][] {
  const length = Math.min(...transfers.map(({ losses }) => losses.length));
  return Array.from({ length }, (_, i) => [i + 1, mean(transfers.map(({ losses }) => losses[i]! / losses[0]!))]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
