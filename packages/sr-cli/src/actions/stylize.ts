/** `sr stylize`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resizePicture } from 'sr-data';
import { readPicture, writePicture } from 'sr-data/node';
import { loadAlexNet, loadSqueezeNet, loadVgg16, loadVgg19 } from 'sr-features';
import { nearest } from 'sr-models';
import { type Encoder, type Picture, SrError } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { type KeepColor, loadStyle, type OptimizationPreset, optimizeStyle, stylize as paint } from 'style-transfer';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { shippedModel, shippedNames } from '../models.js';
import type { BackendChoice } from '../options.js';
import { formatSeconds, formatTable, print, printJson } from '../output.js';
import { makeFolderOf } from '../outputs.js';
import { progressBar } from '../progress.js';

export interface StylizeOptions {
  readonly output?: string;
  readonly style?: readonly string[];
  readonly list?: boolean;
  readonly method?: 'fast' | 'optimize';
  readonly preset: OptimizationPreset;
  readonly network?: 'vgg19' | 'vgg16' | 'alex' | 'squeeze';
  readonly strength?: number;
  readonly keepColor?: KeepColor;
  readonly mask?: readonly string[];
  readonly size?: number;
  readonly iterations?: number;
  readonly preview?: string;
  readonly json?: boolean;
  readonly backend: BackendChoice;
}

const networks = { vgg19: loadVgg19, vgg16: loadVgg16, alex: loadAlexNet, squeeze: loadSqueezeNet };

/** Modules of sr-weights that are styles begin so. */
const stylePrefix = 'style-';

export async function stylize(content: string | undefined, options: StylizeOptions): Promise<void> {
  if (options.list) return printList(options.json ?? false);
  const { output, style: styles = [], json = false } = options;
  if (content === undefined || output === undefined || styles.length === 0) {
    throw new UsageError('usage/missing-option', 'Expected a picture, -o and --style.');
  }
  const trained = styles.filter(isTrained);
  const method = options.method ?? (trained.length > 0 ? 'fast' : 'optimize');
  checkMethod(method, styles, trained, options);
  const started = performance.now();
  const result = await interruptible(async signal => {
    const photo = await readPicture(content, { signal });
    const sized = options.size === undefined ? photo : fit(photo, options.size);
    const { backend } = await selectBackend({ backend: options.backend });
    const picture =
      method === 'fast'
        ? await paintFast(sized, styles[0]!, options, signal)
        : await optimize(sized, styles, options, { signal, title: content });
    await makeFolderOf(output);
    await writePicture(output, picture);
    return { width: picture.width, height: picture.height, backend };
  });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  if (json) printJson({ input: content, output, method, styles, ...result, seconds });
  else
    print(`${output}: ${result.width} x ${result.height}, ${formatSeconds(seconds)} on ${result.backend} (${method})`);
}

function styleNames(): string[] {
  return shippedNames()
    .filter(name => name.startsWith(stylePrefix))
    .map(name => name.slice(stylePrefix.length));
}

async function printList(json: boolean): Promise<void> {
  const styles = await Promise.all(
    styleNames().map(async name => {
      const { card } = await shippedModel(`${stylePrefix}${name}`);
      return { name, description: card.description, parameters: card.parameters, license: card.license };
    }),
  );
  if (json) printJson({ styles });
  else if (styles.length === 0) print('No trained styles are installed; --style takes weight files and pictures.');
  else print(formatTable([['style', ''], ...styles.map(({ name, description }) => [name, description])]));
}

/** A weight file, or a name, which has no extension. */
function isTrained(style: string): boolean {
  return /\.(safetensors|pth|pt)$/i.test(style) || !/\.[^./\\]+$/.test(style);
}

function checkMethod(
  method: 'fast' | 'optimize',
  styles: readonly string[],
  trained: readonly string[],
  { strength, mask, iterations, preview }: StylizeOptions,
): void {
  const wrong = (message: string): UsageError => new UsageError('usage/method', message);
  if (method === 'optimize') {
    if (trained.length > 0) throw wrong(`--method optimize takes pictures as styles, received "${trained[0]}".`);
    if (strength !== undefined) throw wrong('--strength is for trained styles; the optimisation has weights instead.');
    if (mask !== undefined && mask.length !== styles.length) {
      throw wrong(`Expected a mask for each of ${styles.length} styles, received ${mask.length}.`);
    }
    return;
  }
  if (styles.length !== 1 || trained.length !== 1) throw wrong('--method fast takes one trained style.');
  if ((mask ?? iterations ?? preview) !== undefined) {
    throw wrong('--mask, --iterations and --preview are for --method optimize.');
  }
}

async function paintFast(
  photo: Picture,
  name: string,
  { strength, keepColor }: StylizeOptions,
  signal: AbortSignal,
): Promise<Picture> {
  const style = await loadStyle(await styleSource(name), { signal });
  try {
    return await paint(photo, style, {
      signal,
      ...(strength !== undefined && { strength }),
      ...(keepColor && { keepColor }),
    });
  } finally {
    style.dispose();
  }
}

/** @throws `style/unknown` with the names there are */
async function styleSource(name: string): Promise<Parameters<typeof loadStyle>[0]> {
  if (/\.[^./\\]+$/.test(name)) return readFile(name);
  const names = styleNames();
  if (names.includes(name)) return shippedModel(`${stylePrefix}${name}`);
  const known = names.length === 0 ? 'none is installed' : `there are ${names.join(', ')}`;
  const hint = names.length === 0 ? '' : ` Did you mean "${nearest(name, names)}"?`;
  throw new SrError({ code: 'style/unknown', message: `There is no trained style "${name}"; ${known}.${hint}` });
}

async function optimize(
  photo: Picture,
  styles: readonly string[],
  { preset, network, keepColor, mask, iterations, preview }: StylizeOptions,
  { signal, title }: { signal: AbortSignal; title: string },
): Promise<Picture> {
  const pictures = await Promise.all(styles.map(path => readPicture(path, { signal })));
  const masks =
    mask && (await Promise.all(mask.map(async (path, of) => ({ content: await readPicture(path, { signal }), of }))));
  const encoder: Encoder | undefined = network && (await networks[network]({ signal }));
  const bar = progressBar(title);
  const started = performance.now();
  let last = photo;
  try {
    const steps = optimizeStyle(photo, pictures, {
      preset,
      signal,
      ...(encoder && { encoder }),
      ...(keepColor && { keepColor }),
      ...(masks && { masks: masks.map(each => ({ ...each, content: sameSize(each.content, photo) })) }),
      ...(iterations !== undefined && { iterations }),
    });
    for await (const { iteration, iterations: count, losses, picture } of steps) {
      last = picture;
      const each = (performance.now() - started) / 1000 / iteration;
      bar.update((100 * iteration) / count, {
        secondsLeft: each * (count - iteration),
        text: `loss ${losses.total.toPrecision(4)}`,
      });
      if (preview !== undefined && iteration % 10 === 0) await writePreview(preview, iteration, picture);
    }
    return last;
  } finally {
    bar.clear();
    encoder?.dispose();
  }
}

async function writePreview(folder: string, iteration: number, picture: Picture): Promise<void> {
  const path = join(folder, `${String(iteration).padStart(5, '0')}.png`);
  await makeFolderOf(path);
  await writePicture(path, picture);
}

function fit(photo: Picture, size: number): Picture {
  const factor = size / Math.max(photo.width, photo.height);
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return resizePicture(photo, { width: side(photo.width), height: side(photo.height) }, { preset: 'pil' });
}

/** Masks are made smaller along with the picture; of another shape they are an error of the library's. */
function sameSize(mask: Picture, { width, height }: Picture): Picture {
  const isSameShape = Math.abs(mask.width * height - mask.height * width) <= Math.max(mask.width, mask.height);
  if (!isSameShape || mask.width === width) return mask;
  return resizePicture(mask, { width, height }, { preset: 'pil', kernel: 'linear' });
}
