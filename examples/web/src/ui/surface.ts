/** A picture on canvases, side by side since browsers limit the size of one; very large ones are kept at a reduced size. */
import type { ImagePart } from '../engine/contract.js';

/** Where a picture lies in a view: a pixel of it is `scale` pixels of the view large. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

export interface Layer {
  draw(context: CanvasRenderingContext2D, at: Placement): void;
}

/** Side of a canvas: phones allow 16.7 million pixels. */
const side = 4096;
/** Pixels kept of a picture; beyond, only a reduced one is shown. */
const largestShown = 64e6;

export class Surface implements Layer {
  readonly width: number;
  readonly height: number;
  /** Below 1: reduced. */
  readonly reduction: number;
  readonly #tiles = new Map<string, OffscreenCanvas>();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.reduction = width * height > largestShown ? Math.sqrt(largestShown / 4 / (width * height)) : 1;
  }

  put({ image, left, top, width, height }: ImagePart): void {
    const factor = this.reduction;
    const exact = factor === 1 && image.width === width && image.height === height;
    const area = {
      left: left * factor,
      top: top * factor,
      right: (left + width) * factor,
      bottom: (top + height) * factor,
    };
    const source = exact ? undefined : pieces(image);
    for (let y = Math.floor(area.top / side); y * side < area.bottom; y++) {
      for (let x = Math.floor(area.left / side); x * side < area.right; x++) {
        const context = this.#tile(x, y);
        const [dx, dy] = [area.left - x * side, area.top - y * side];
        if (source === undefined) {
          context.putImageData(image, dx, dy);
          continue;
        }
        const [sx, sy] = [(width * factor) / image.width, (height * factor) / image.height];
        for (const { canvas, left: from } of source) {
          const [w, h] = [canvas.width * sx, canvas.height * sy];
          context.clearRect(dx + from * sx, dy, w, h);
          context.drawImage(canvas, dx + from * sx, dy, w, h);
        }
      }
    }
  }

  /** Fills the whole from a bitmap of any size. */
  fill(bitmap: ImageBitmap | HTMLCanvasElement): void {
    const [width, height] = [this.width * this.reduction, this.height * this.reduction];
    for (let y = 0; y * side < height; y++) {
      for (let x = 0; x * side < width; x++) {
        this.#tile(x, y).drawImage(bitmap, -x * side, -y * side, width, height);
      }
    }
  }

  draw(context: CanvasRenderingContext2D, { left, top, scale }: Placement): void {
    const factor = scale / this.reduction;
    for (const [key, canvas] of this.#tiles) {
      const [x, y] = key.split(' ').map(Number) as [number, number];
      // Whole pixels of the view, so that no seam shows.
      const [x0, y0] = [Math.round(left + x * side * factor), Math.round(top + y * side * factor)];
      const x1 = Math.round(left + (x * side + canvas.width) * factor);
      const y1 = Math.round(top + (y * side + canvas.height) * factor);
      if (x1 < 0 || y1 < 0 || x0 > context.canvas.width || y0 > context.canvas.height) continue;
      context.drawImage(canvas, x0, y0, x1 - x0, y1 - y0);
    }
  }

  #tile(x: number, y: number): OffscreenCanvasRenderingContext2D {
    const key = `${x} ${y}`;
    let canvas = this.#tiles.get(key);
    if (canvas === undefined) {
      const width = Math.min(side, Math.ceil(this.width * this.reduction) - x * side);
      const height = Math.min(side, Math.ceil(this.height * this.reduction) - y * side);
      canvas = new OffscreenCanvas(Math.max(width, 1), Math.max(height, 1));
      this.#tiles.set(key, canvas);
    }
    const context = canvas.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    return context;
  }
}

/** A bitmap stretched over the whole, smoothly: stands for the bicubic picture until that is there. */
export function stretched(
  bitmap: ImageBitmap | HTMLCanvasElement,
  { width, height }: { width: number; height: number },
): Layer {
  return {
    draw(context, { left, top, scale }) {
      const smooth = context.imageSmoothingEnabled;
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, left, top, width * scale, height * scale);
      context.imageSmoothingEnabled = smooth;
    },
  };
}

/** One over the other: what is not there yet of `above` lets `below` be seen. */
export function over(below: Layer, above: Layer): Layer {
  return {
    draw(context, at) {
      below.draw(context, at);
      above.draw(context, at);
    },
  };
}

/** The image on canvases that may be drawn from; strips of wide pictures need several. */
function pieces(image: ImageData): { canvas: OffscreenCanvas; left: number }[] {
  const all: { canvas: OffscreenCanvas; left: number }[] = [];
  for (let left = 0; left < image.width; left += side) {
    const canvas = new OffscreenCanvas(Math.min(side, image.width - left), image.height);
    canvas.getContext('2d')!.putImageData(image, -left, 0);
    all.push({ canvas, left });
  }
  return all;
}
