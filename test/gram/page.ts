// Measures the two pictures that its server holds in every form that a page has them.
import { gramDistance } from 'gram-perceptual-metric';

export interface PageResult {
  /** The distance by the form in which result and reference were given. */
  readonly distances: Readonly<Record<string, number>>;
  /** What is said where the network is not. */
  readonly missing: string;
}

const weights = new URL('network.safetensors', location.href);

async function main(): Promise<PageResult> {
  const blobs = await Promise.all(['result.png', 'reference.png'].map(load));
  const images = await Promise.all(['result.png', 'reference.png'].map(image));
  const canvases = images.map(drawn);
  const pixels = canvases.map(canvas => canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height));
  const arrays = pixels.map(({ data, width, height }) => ({
    data: Float32Array.from(data, x => x / 255),
    width,
    height,
  }));
  const forms: Record<string, Parameters<typeof gramDistance>[0][]> = {
    Blob: blobs,
    HTMLImageElement: images,
    HTMLCanvasElement: canvases,
    ImageData: pixels,
    ImageBitmap: await Promise.all(blobs.map(blob => createImageBitmap(blob))),
    Float32Array: arrays,
  };
  const distances: Record<string, number> = {};
  for (const [form, [result, reference]] of Object.entries(forms)) {
    distances[form] = await gramDistance(result!, reference!, { weights });
  }
  const elsewhere = { weights: new URL('nowhere.safetensors', location.href) };
  const missing = await gramDistance(images[0]!, images[1]!, elsewhere).then(String, String);
  return { distances, missing };
}

async function load(name: string): Promise<Blob> {
  return (await fetch(name)).blob();
}

async function image(name: string): Promise<HTMLImageElement> {
  const element = new Image();
  element.src = name;
  await element.decode();
  return element;
}

function drawn(element: HTMLImageElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = element.naturalWidth;
  canvas.height = element.naturalHeight;
  canvas.getContext('2d', { willReadFrequently: true })!.drawImage(element, 0, 0);
  return canvas;
}

Object.assign(globalThis, { result: await main().catch(error => ({ failure: String(error?.stack ?? error) })) });
