/** Pictures and frames in a trained style; the styles that were used last stay loaded. */
import { resizePicture } from 'sr-data';
import { fromBlob, toImageData } from 'sr-data/browser';
import type { Picture } from 'sr-tensor';
import type { HandlerContext } from 'sr-tensor/worker';
import { loadStyle, type Style, type StylizeOptions, stylize } from 'style-transfer';
import type { FrameJob, PictureResult, StyleOptions, StylizeJob } from './contract.js';
import { pngFile } from './png-file.js';
import { useBackend } from './settings.js';
import { idOf, type WeightsSource, weightsOf } from './weights-source.js';

/** By their address, or their size where they are files. */
const loaded = new Map<string | number, Promise<Style>>();
/** Two that are mixed. */
const mostLoaded = 2;

export async function stylizeFile(job: StylizeJob, { signal, onProgress }: HandlerContext): Promise<PictureResult> {
  const started = performance.now();
  const photo = limited(await fromBlob(job.photo), job.largestSide);
  const painted = await paint(photo, job.style, job.options, {
    signal,
    onProgress: ({ percent }) => onProgress({ percent }),
  });
  const seconds = (performance.now() - started) / 1000;
  return { file: await pngFile(painted), image: toImageData(painted), seconds };
}

export async function stylizeFrame({ frame, style, options }: FrameJob): Promise<ImageData> {
  return toImageData(await paint(opaque(frame), style, options, {}));
}

/** The longer side of a picture made this large at most. */
export function limited(picture: Picture, largestSide: number): Picture {
  const factor = largestSide / Math.max(picture.width, picture.height);
  if (factor >= 1) return picture;
  const size = { width: Math.round(picture.width * factor), height: Math.round(picture.height * factor) };
  return resizePicture(picture, { width: Math.max(size.width, 1), height: Math.max(size.height, 1) });
}

/** Where a mask is opaque, as a grey picture of another size. */
export function maskOf({ data, width, height }: ImageData, size: Pick<Picture, 'width' | 'height'>): Picture {
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]!);
  const mask: Picture = { data: alpha, width, height, channels: 1 };
  return resizePicture(mask, { width: size.width, height: size.height }, { kernel: 'linear' });
}

async function openStyle(source: WeightsSource): Promise<Style> {
  const key = idOf(source);
  let style = loaded.get(key);
  if (style === undefined) {
    await useBackend();
    style = loadStyle(weightsOf(source));
    loaded.set(key, style);
    style.catch(() => loaded.delete(key));
    for (const [old, other] of [...loaded].slice(0, loaded.size - mostLoaded)) {
      loaded.delete(old);
      void other.then(each => each.dispose()).catch(() => undefined);
    }
  }
  return style;
}

async function paint(
  photo: Picture,
  source: WeightsSource,
  { strength, keepColor, mixture, second, mask }: StyleOptions,
  more: Pick<StylizeOptions, 'signal' | 'onProgress'>,
): Promise<Picture> {
  const style = await openStyle(source);
  const { styles } = style.network.config;
  const painted = await stylize(photo, style, {
    ...more,
    strength,
    ...(keepColor !== 'none' && { keepColor }),
    ...(mixture?.length === styles && { mixture }),
  });
  const mixed =
    second === undefined
      ? painted
      : blended(painted, await paint(photo, second.style, { strength, keepColor }, more), () => second.share);
  if (mask === undefined) return mixed;
  const { data } = maskOf(mask, photo);
  return blended(photo, mixed, pixel => data[pixel]! / 255);
}

/** @param share of the second at each pixel, from 0 to 1 */
function blended(first: Picture, second: Picture, share: (pixel: number) => number): Picture {
  const { channels } = first;
  const data = first.data.slice();
  for (let pixel = 0, i = 0; i < data.length; pixel++) {
    const part = share(pixel);
    for (let c = 0; c < channels; c++, i++) data[i] = Math.round(data[i]! + part * (second.data[i]! - data[i]!));
  }
  return { ...second, data };
}

function opaque({ data, width, height }: ImageData): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { data: rgb, width, height, channels: 3 };
}
