/**
 * `<sr-image src scale model alt>`: a picture that is enlarged where it stands.
 *
 * The original is there at once, stretched to the size of the result, and is replaced tile by tile.
 */
import { resizeStrips } from 'sr-data';
import { fromElement, toCanvas, toImageData } from 'sr-data/browser';
import { SrError, throwIfAborted } from 'sr-tensor';
import type { BackendReport } from 'sr-tensor/backend';
import { liveTile } from '../live-tile.js';
import type { WeightModule } from '../load-model.js';
import type { LoadUpscalerOptions } from '../load-upscaler.js';
import type { FinishedTile, Progress } from '../upscaler.js';
import { type SharedUpscaler, sharedUpscalers, type UseUpscaler } from './shared-upscalers.js';

export interface SrImageOptions extends Pick<LoadUpscalerOptions, 'backend' | 'wasmPath' | 'startWorker'> {
  /** Name of the element; default `sr-image`. */
  readonly name?: string | undefined;
}

/** What `load` tells. */
export interface SrImageResult {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly backend: BackendReport;
  /** False where no worker could be started, so that the page itself computed. */
  readonly inWorker: boolean;
}

export interface SrImageEventMap extends Omit<HTMLElementEventMap, 'progress' | 'load' | 'error'> {
  /** After each tile. */
  progress: CustomEvent<Progress>;
  /** The enlarged picture is there. */
  load: CustomEvent<SrImageResult>;
  /** `error` is an `SrError`; the original stays. */
  error: ErrorEvent;
}

/** The element; its properties are its attributes. */
export interface SrImageElement extends HTMLElement {
  /** Address of the picture. */
  src: string;
  /** What the picture shows, in words. */
  alt: string;
  /** 2, 3, 4 (default) or 8. */
  scale: number;
  /** Name of a model; default: the first that is made for the scale, or the first. */
  model: string;
  addEventListener<Type extends keyof SrImageEventMap>(
    type: Type,
    listener: (this: SrImageElement, event: SrImageEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'sr-image': SrImageElement;
  }
}

/**
 * Makes `<sr-image>` known to the page.
 *
 * Attributes: `src`, `alt`, `scale` (2, 3, 4, 8), `model` (a name), `crossorigin` (as of `<img>`). A scale for which the model
 * is not made is reached by bicubic interpolation of what it gives. Parts: `original`, `enlarged`. States: `enlarging`,
 * `enlarged`, `failed`. Events: see `SrImageEventMap`. A change of an attribute or the removal of the element stops its work.
 * Above 64 megapixels the error is `picture/too-large`: such a picture belongs into a file, see `Upscaler.strips`.
 *
 * @param models modules of `sr-weights`, known by the names on their cards
 * @throws `option/invalid` without a model
 * @example
 * import small from 'sr-weights/x4-small';
 * defineSrImage([small]);
 * document.body.innerHTML = '<sr-image src="small.jpg" scale="4" alt="A lake"></sr-image>';
 */
export function defineSrImage(models: readonly WeightModule[], options: SrImageOptions = {}): void {
  const { name = 'sr-image', ...rest } = options;
  if (models.length === 0) throw invalid('models: expected at least one module of sr-weights, received none.');
  customElements.define(name, elementClass(models, sharedUpscalers(rest)));
}

/** Inside a function, as there is no `HTMLElement` where pages are rendered on a server. */
function elementClass(models: readonly WeightModule[], useUpscaler: UseUpscaler): CustomElementConstructor {
  return class extends HTMLElement {
    static readonly observedAttributes = ['src', 'alt', 'scale', 'model', 'crossorigin'];

    readonly #original = document.createElement('img');
    readonly #frame = new CSSStyleSheet();
    readonly #internals = this.attachInternals();
    #enlarged: HTMLCanvasElement | undefined;
    #work: AbortController | undefined;

    constructor() {
      super();
      this.#original.part.add('original');
      const root = this.attachShadow({ mode: 'open' });
      // Not a style element, which a content policy may forbid.
      root.adoptedStyleSheets = [styles(), this.#frame];
      root.append(this.#original);
    }

    connectedCallback(): void {
      // What was finished before it was moved to another place is still right.
      if (!this.#internals.states.has('enlarged')) this.#begin();
    }

    disconnectedCallback(): void {
      this.#work?.abort();
    }

    attributeChangedCallback(attribute: string, before: string | null, now: string | null): void {
      if (attribute === 'alt') {
        if (now === null) this.#original.removeAttribute('alt');
        else this.#original.alt = now;
      } else if (before !== now) {
        this.#become(undefined);
        if (this.isConnected) this.#begin();
      }
    }

    #begin(): void {
      this.#work?.abort();
      this.#enlarged?.remove();
      const work = new AbortController();
      this.#work = work;
      void this.#run(work.signal);
    }

    async #run(signal: AbortSignal): Promise<void> {
      // Attributes that are set together are one change.
      await Promise.resolve();
      const { src } = this;
      if (signal.aborted) return;
      if (src === '') {
        this.#original.removeAttribute('src');
        return this.#become(undefined);
      }
      this.#become('enlarging');
      try {
        const result = await this.#enlarge(src, signal);
        throwIfAborted(signal);
        this.#become('enlarged');
        this.dispatchEvent(new CustomEvent('load', { detail: result }));
      } catch (error) {
        if (signal.aborted) return;
        this.#become('failed');
        this.dispatchEvent(new ErrorEvent('error', { error, message: (error as Error).message }));
      }
    }

    async #enlarge(src: string, signal: AbortSignal): Promise<SrImageResult> {
      const started = performance.now();
      const original = this.#original;
      original.crossOrigin = this.getAttribute('crossorigin');
      original.src = src;
      await original.decode().catch(cause => {
        throw unreadable(src, cause);
      });
      throwIfAborted(signal);
      const { scale } = this;
      const known = scales.includes(scale);
      const [width, height] = [original.naturalWidth, original.naturalHeight].map(
        length => length * (known ? scale : 1),
      ) as [number, number];
      this.#frame.replaceSync(`:host { width: ${width}px; aspect-ratio: ${width} / ${height}; }`);
      if (!known) {
        throw invalid(`scale: expected ${scales.join(', ')}, received "${this.getAttribute('scale')}".`);
      }
      const model = modelFor(models, this.model, scale);
      if (width * height > largestCanvas) throw tooLarge(width, height);
      return useUpscaler(model, async shared => {
        throwIfAborted(signal);
        const picture = await fromElement(original);
        const canvas = this.#cover(width, height);
        await drawEnlarged(canvas, picture, shared, {
          scale,
          signal,
          onProgress: progress => this.dispatchEvent(new CustomEvent('progress', { detail: progress })),
        });
        const { upscaler, inWorker } = shared;
        const seconds = (performance.now() - started) / 1000;
        return { width, height, seconds, backend: upscaler.backend, inWorker };
      });
    }

    /** Puts a canvas in the original's place that shows the same. */
    #cover(width: number, height: number): HTMLCanvasElement {
      const canvas = document.createElement('canvas');
      canvas.part.add('enlarged');
      canvas.ariaHidden = 'true';
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d')!;
      context.imageSmoothingQuality = 'high';
      context.drawImage(this.#original, 0, 0, width, height);
      this.shadowRoot!.append(canvas);
      this.#enlarged = canvas;
      return canvas;
    }

    #become(state: 'enlarging' | 'enlarged' | 'failed' | undefined): void {
      const { states } = this.#internals;
      states.clear();
      if (state !== undefined) states.add(state);
      this.#internals.ariaBusy = String(state === 'enlarging');
    }

    get src(): string {
      return this.getAttribute('src') ?? '';
    }
    set src(value: string) {
      this.setAttribute('src', value);
    }

    get alt(): string {
      return this.getAttribute('alt') ?? '';
    }
    set alt(value: string) {
      this.setAttribute('alt', value);
    }

    get scale(): number {
      return Number(this.getAttribute('scale') ?? 4);
    }
    set scale(value: number) {
      this.setAttribute('scale', String(value));
    }

    get model(): string {
      return this.getAttribute('model') ?? '';
    }
    set model(value: string) {
      this.setAttribute('model', value);
    }
  };
}

/** Those that the models here reach with one step of interpolation. */
const scales = [2, 3, 4, 8];

/** Pixels: browsers hold a canvas of about so many, four bytes each. */
const largestCanvas = 64e6;

interface DrawOptions {
  readonly scale: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Draws tiles as they are done; those of another scale are a preview of what their strips give. */
async function drawEnlarged(
  canvas: HTMLCanvasElement,
  picture: Awaited<ReturnType<typeof fromElement>>,
  { upscaler }: SharedUpscaler,
  { scale, ...options }: DrawOptions,
): Promise<void> {
  const context = canvas.getContext('2d')!;
  const own = upscaler.scale;
  const draw = ({ picture, left, top }: FinishedTile): void => context.putImageData(toImageData(picture), left, top);
  const preview = ({ picture, left, top }: FinishedTile): void => {
    const [x, y, width, height] = [left, top, picture.width, picture.height].map(n => (n / own) * scale) as [
      number,
      number,
      number,
      number,
    ];
    context.clearRect(x, y, width, height);
    context.drawImage(toCanvas(picture), x, y, width, height);
  };
  const strips = upscaler.strips(picture, {
    ...options,
    tile: liveTile(picture, upscaler),
    onTile: own === scale ? draw : preview,
  });
  if (own === scale) {
    for await (const _ of strips) {
      // Its tiles are drawn.
    }
    return;
  }
  let top = 0;
  for await (const strip of resizeStrips(strips, { ratio: [own, scale], height: picture.height * own })) {
    draw({ picture: strip, left: 0, top });
    top += strip.height;
  }
}

function modelFor(models: readonly WeightModule[], name: string, scale: number): WeightModule {
  if (name === '') return models.find(({ card }) => card.scale === scale) ?? models[0]!;
  const model = models.find(({ card }) => card.name === name);
  if (model !== undefined) return model;
  throw invalid(`model: expected ${models.map(({ card }) => card.name).join(', ')}, received "${name}".`);
}

let shared: CSSStyleSheet | undefined;

/** The element is a box like that of `<img>`: it takes `width`, `height` and `object-fit`. */
function styles(): CSSStyleSheet {
  if (shared === undefined) {
    shared = new CSSStyleSheet();
    shared.replaceSync(`
      :host { display: inline-block; position: relative; max-width: 100%; vertical-align: bottom; }
      :host([hidden]) { display: none; }
      img, canvas { display: block; width: 100%; height: 100%; object-fit: inherit; object-position: inherit; }
      canvas { position: absolute; inset: 0; }
      /* Still there for screen readers; transparent parts of the result would show it. */
      img:has(+ canvas) { opacity: 0; }
    `);
  }
  return shared;
}

function invalid(message: string): SrError {
  return new SrError({ code: 'option/invalid', message });
}

function unreadable(src: string, cause: unknown): SrError {
  return new SrError({
    code: 'picture/damaged',
    message: `src: expected the address of a picture that this browser can load and decode, received "${src}". A picture of another origin with "crossorigin" needs that server's permission.`,
    cause,
  });
}

function tooLarge(width: number, height: number): SrError {
  return new SrError({
    code: 'picture/too-large',
    message: `Expected a result of at most ${largestCanvas / 1e6} megapixels, which browsers can show, received one of ${width} x ${height} pixels. Take a smaller scale, or write it to a file in strips (Upscaler.strips).`,
  });
}
