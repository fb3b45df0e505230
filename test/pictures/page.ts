// Reads the pictures that its server holds in every way that a page has, and shows one.
import { fromBlob, fromElement, toCanvas, toImageData } from 'sr-data/browser';
import { type Picture, SrError } from 'sr-tensor';

export interface PlainPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: number[];
}

export interface PageResult {
  readonly blobs: Readonly<Record<string, PlainPicture>>;
  readonly element: PlainPicture;
  /** What a canvas that shows the picture gives as a PNG file. */
  readonly canvasPng: number[];
  readonly imageData: number[];
  /** The codes of errors. */
  readonly errors: Readonly<Record<string, string>>;
}

const names = ['opaque.png', 'rotated.jpg', 'profile.png', 'transparent.png'] as const;

async function main(): Promise<PageResult> {
  const blobs: Record<string, PlainPicture> = {};
  for (const name of names) blobs[name] = plain(await fromBlob(await load(name)));
  const opaque = await fromBlob(await load('opaque.png'));
  const png = await new Promise<Blob | null>(resolve => toCanvas(opaque).toBlob(resolve, 'image/png'));
  const foreign = new URLSearchParams(location.search).get('foreign')!;
  return {
    blobs,
    element: plain(await fromElement(await image('opaque.png'))),
    canvasPng: [...new Uint8Array(await png!.arrayBuffer())],
    imageData: [
      ...toImageData({ data: new Uint16Array([0, 65535, 32768, 65535]), width: 2, height: 1, channels: 2 }).data,
    ],
    errors: {
      damaged: await codeOf(async () => fromBlob(await load('damaged.png'))),
      foreign: await codeOf(async () => fromElement(await image(foreign))),
    },
  };
}

async function load(name: string): Promise<Blob> {
  return (await fetch(name)).blob();
}

async function image(url: string): Promise<HTMLImageElement> {
  const element = new Image();
  element.src = url;
  await element.decode();
  return element;
}

function plain({ data, width, height, channels }: Picture): PlainPicture {
  return { data: [...data], width, height, channels };
}

async function codeOf(task: () => Promise<unknown>): Promise<string> {
  try {
    await task();
    return 'none';
  } catch (error) {
    return SrError.isInstance(error) ? error.code : String(error);
  }
}

main()
  .catch((error: Error) => ({ failure: String(error.stack) }))
  .then(result => Object.assign(globalThis, { result }));
