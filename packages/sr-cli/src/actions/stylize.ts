/** `sr stylize`. */
import { readFile } from 'node:fs/promises';
import { resizePicture } from 'sr-data';
import { readPicture, writePicture } from 'sr-data/node';
import { nearest } from 'sr-models';
import { type Picture, SrError } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { type KeepColor, loadStyle, type OptimizationPreset, optimizeStyle, stylize as paint } from 'style-transfer';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { shippedStyle, shippedStyles } from '../models.js';
import { fit, follow, loadJudge, type Optimized } from '../optimization.js';
import type { BackendChoice, JudgeName } from '../options.js';
import { formatSeconds, formatTable, print, printJson } from '../output.js';
import { makeFolderOf, outputOf } from '../outputs.js';

export interface StylizeOptions {
  readonly output?: string;
  readonly style?: readonly string[];
  readonly list?: boolean;
  readonly method?: 'fast' | 'optimize';
  readonly preset?: OptimizationPreset;
  readonly network?: JudgeName;
  readonly strength?: number;
  readonly keepColor?: KeepColor;
  readonly mask?: readonly string[];
  readonly styleMask?: readonly string[];
  readonly size?: number;
  readonly iterations?: number;
  readonly preview?: string;
  readonly json?: boolean;
  readonly backend: BackendChoice;
}

export async function stylize(content: string | undefined, options: StylizeOptions): Promise<void> {
  if (options.list) return printList(options.json ?? false);
  const { style: styles = [], json = false } = options;
  if (content === undefined || options.output === undefined || styles.length === 0) {
    throw new UsageError('usage/missing-option', 'Expected a picture, -o and --style.');
  }
  const trained = styles.filter(isTrained);
  const method = options.method ?? (trained.length > 0 ? 'fast' : 'optimize');
  checkMethod(method, styles, trained, options);
  const output = await outputOf(content, options.output);
  const started = performance.now();
  const result = await interruptible(async signal => {
    const photo = await readPicture(content, { signal });
    const sized = options.size === undefined ? photo : fit(photo, options.size);
    const { backend } = await selectBackend({ backend: options.backend });
    const { picture, ...details } =
      method === 'fast'
        ? { picture: await paintFast(sized, styles[0]!, options, signal) }
        : await optimize(sized, styles, options, { signal, title: content });
    await makeFolderOf(output);
    await writePicture(output, picture);
    return { width: picture.width, height: picture.height, ...details, backend };
  });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  if (json) printJson({ input: content, output, method, styles, ...result, seconds });
  else
    print(`${output}: ${result.width} x ${result.height}, ${formatSeconds(seconds)} on ${result.backend} (${method})`);
}

async function printList(json: boolean): Promise<void> {
  const styles = await Promise.all(
    shippedStyles().map(async name => {
      const { card } = await shippedStyle(name);
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
  { mask, styleMask, iterations, preview }: StylizeOptions,
): void {
  const wrong = (message: string): UsageError => new UsageError('usage/method', message);
  if (method === 'optimize') {
    if (trained.length > 0) throw wrong(`--method optimize takes pictures as styles, received "${trained[0]}".`);
    for (const [name, masks] of Object.entries({ mask, 'style-mask': styleMask })) {
      if (masks === undefined || masks.length === styles.length) continue;
      throw wrong(`Expected --${name} for each of ${styles.length} styles, received ${masks.length}.`);
    }
    if (styleMask !== undefined && mask === undefined) throw wrong('--style-mask needs --mask.');
    return;
  }
  if (styles.length !== 1 || trained.length !== 1) throw wrong('--method fast takes one trained style.');
  if ((mask ?? styleMask ?? iterations ?? preview) !== undefined) {
    throw wrong('--mask, --style-mask, --iterations and --preview are for --method optimize.');
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
  const names = shippedStyles();
  if (names.includes(name)) return shippedStyle(name);
  const known = names.length === 0 ? 'none is installed' : `there are ${names.join(', ')}`;
  const hint = names.length === 0 ? '' : ` Did you mean "${nearest(name, names)}"?`;
  throw new SrError({ code: 'style/unknown', message: `There is no trained style "${name}"; ${known}.${hint}` });
}

async function optimize(
  photo: Picture,
  styles: readonly string[],
  options: StylizeOptions,
  { signal, title }: { signal: AbortSignal; title: string },
): Promise<Optimized> {
  const { preset, network, strength, keepColor, mask = [], styleMask = [], iterations, preview } = options;
  const [pictures, contentMasks, styleMasks] = await Promise.all([
    Promise.all(styles.map(path => readPicture(path, { signal }))),
    Promise.all(mask.map(text => readMask(text, signal))),
    Promise.all(styleMask.map(text => readMask(text, signal))),
  ]);
  const masks = contentMasks.map((content, of) => ({
    content: sameSize(content, photo),
    of,
    ...(styleMasks[of] && { style: styleMasks[of] }),
  }));
  const encoder = await loadJudge(network, signal);
  try {
    const steps = optimizeStyle(photo, pictures, {
      signal,
      ...(preset && { preset }),
      ...(encoder && { encoder }),
      ...(strength !== undefined && { strength }),
      ...(keepColor && { keepColor }),
      ...(masks.length > 0 && { masks }),
      ...(iterations !== undefined && { iterations }),
    });
    return await follow(steps, { title, preview });
  } finally {
    encoder?.dispose();
  }
}

/** A grey picture, or `FILE:LABEL`, the pixels of one value of a label map. */
async function readMask(text: string, signal: AbortSignal): Promise<Picture> {
  const [, path, label] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (path === undefined) return readPicture(text, { signal });
  const map = await readPicture(path, { signal });
  const { width, height, channels } = map;
  const inside = (_: number, i: number): number => (map.data[i * channels] === Number(label) ? 255 : 0);
  return { data: Uint8Array.from({ length: width * height }, inside), width, height, channels: 1 };
}

/** Masks are made smaller along with the picture; of another shape they are an error of the library's. */
function sameSize(mask: Picture, { width, height }: Picture): Picture {
  const isSameShape = Math.abs(mask.width * height - mask.height * width) <= Math.max(mask.width, mask.height);
  if (!isSameShape || mask.width === width) return mask;
  return resizePicture(mask, { width, height }, { preset: 'pil', kernel: 'linear' });
}
