/** A brush over a picture: what is painted is taken. */
import { slider } from './controls.js';
import { h } from './dom.js';

/** Longer side of the mask: finer ones would not be seen. */
const longestSide = 640;

export class MaskPainter {
  readonly element: HTMLElement;
  readonly #mask: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #size = slider({ label: 'Brush', min: 2, max: 40, step: 1, value: 12, format: value => `${value} %` });
  #isErasing = false;
  #last: { x: number; y: number } | undefined;
  #isUsed = false;

  constructor(picture: ImageBitmap) {
    const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height));
    const size = {
      width: Math.max(1, Math.round(picture.width * scale)),
      height: Math.max(1, Math.round(picture.height * scale)),
    };
    const below = h('canvas', { ...size, 'aria-hidden': 'true' });
    below.getContext('2d')!.drawImage(picture, 0, 0, size.width, size.height);
    this.#mask = h('canvas', {
      ...size,
      class: 'mask',
      tabindex: 0,
      role: 'img',
      'aria-label': 'Mask. Drag to paint where the style is wanted. Keys: A takes all, N nothing, I the opposite.',
      onpointerdown: (event: PointerEvent) => this.#begin(event),
      onpointermove: (event: PointerEvent) => this.#move(event),
      onpointerup: () => this.#end(),
      onpointercancel: () => this.#end(),
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    });
    this.#context = this.#mask.getContext('2d', { willReadFrequently: true })!;
    const erase = h('input', { type: 'checkbox' });
    erase.addEventListener('change', () => {
      this.#isErasing = erase.checked;
    });
    const button = (text: string, run: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: 'small', onclick: run }, text);
    this.element = h(
      'div',
      { class: 'slot' },
      h('div', { class: 'paint' }, below, this.#mask),
      this.#size.element,
      h('label', { class: 'check' }, erase, 'Erase'),
      h(
        'div',
        { class: 'row' },
        button('All', () => this.#fill(true)),
        button('Nothing', () => this.#fill(false)),
        button('Opposite', () => this.#invert()),
      ),
    );
  }

  /** Opaque where it was painted; undefined if it never was. */
  get mask(): ImageData | undefined {
    return this.#isUsed ? this.#context.getImageData(0, 0, this.#mask.width, this.#mask.height) : undefined;
  }

  #begin(event: PointerEvent): void {
    this.#mask.setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#stroke(this.#last);
  }

  #move(event: PointerEvent): void {
    if (this.#last === undefined) return;
    const place = this.#place(event);
    this.#stroke(place);
    this.#last = place;
  }

  #end(): void {
    this.#last = undefined;
  }

  #place({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const box = this.#mask.getBoundingClientRect();
    return {
      x: ((clientX - box.left) / box.width) * this.#mask.width,
      y: ((clientY - box.top) / box.height) * this.#mask.height,
    };
  }

  #stroke({ x, y }: { x: number; y: number }): void {
    const context = this.#context;
    this.#isUsed = true;
    context.globalCompositeOperation = this.#isErasing ? 'destination-out' : 'source-over';
    context.strokeStyle = paint;
    context.lineWidth = (this.#size.value / 100) * Math.max(this.#mask.width, this.#mask.height);
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(this.#last!.x, this.#last!.y);
    context.lineTo(x + 0.01, y);
    context.stroke();
    context.globalCompositeOperation = 'source-over';
  }

  #fill(on: boolean): void {
    this.#isUsed = true;
    this.#context.clearRect(0, 0, this.#mask.width, this.#mask.height);
    if (!on) return;
    this.#context.fillStyle = paint;
    this.#context.fillRect(0, 0, this.#mask.width, this.#mask.height);
  }

  #invert(): void {
    this.#isUsed = true;
    this.#context.globalCompositeOperation = 'source-out';
    this.#context.fillStyle = paint;
    this.#context.fillRect(0, 0, this.#mask.width, this.#mask.height);
    this.#context.globalCompositeOperation = 'source-over';
  }

  #onKey({ key }: KeyboardEvent): void {
    if (key === 'a') this.#fill(true);
    else if (key === 'n') this.#fill(false);
    else if (key === 'i') this.#invert();
  }
}

const paint = '#23c4b0';
