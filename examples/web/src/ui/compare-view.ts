/** Two pictures of one size, one over the other: a slider shows more of either, zoom and place are the same for both. */
import { h } from './dom.js';
import type { Layer, Placement } from './surface.js';

export interface CompareLabels {
  readonly before: string;
  readonly after: string;
}

const zooms = [1, 2, 4, 8] as const;
const largestZoom = 8;
/** Pixels of the screen that the shorter side of a picture takes up at least. */
const leastShown = 16;

export class CompareView {
  readonly element: HTMLElement;
  readonly #canvas = h('canvas', { class: 'view-canvas' });
  readonly #slider = h('input', {
    type: 'range',
    class: 'view-slider',
    min: 0,
    max: 100,
    step: 0.5,
    value: 50,
    'aria-label': 'Where the two pictures meet, from left to right',
  });
  readonly #divider = h('div', { class: 'view-divider', 'aria-hidden': 'true' });
  readonly #before = h('span', { class: 'view-label before' });
  readonly #after = h('span', { class: 'view-label after' });
  readonly #zoomLabel = h('output', { class: 'view-zoom' });
  readonly #buttons: HTMLButtonElement[];
  #layers: { before?: Layer | undefined; after?: Layer | undefined } = {};
  #size = { width: 1, height: 1 };
  /** Pixels of the screen for a pixel of the picture; undefined: as large as the view allows. */
  #zoom: number | undefined;
  /** What of the picture is in the middle of the view, from 0 to 1. */
  #center = { x: 0.5, y: 0.5 };
  #share = 0.5;
  #isDrawing = false;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #dragsDivider = false;

  constructor() {
    const button = (label: string, text: string, run: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: 'plain', 'aria-label': label, title: label, onclick: run }, text);
    this.#buttons = [
      button('Fit into the view', 'Fit', () => this.#setZoom(undefined)),
      ...zooms.map(zoom => button(`Zoom to ${zoom * 100} %`, `${zoom * 100}`, () => this.#setZoom(zoom))),
    ];
    const stage = h(
      'div',
      {
        class: 'view-stage',
        tabindex: 0,
        role: 'group',
        'aria-label': 'Picture. Plus and minus zoom, the arrow keys move it, 0 fits it into the view.',
        onkeydown: (event: KeyboardEvent) => this.#onKey(event),
        onwheel: (event: WheelEvent) => this.#onWheel(event),
        ondblclick: (event: MouseEvent) => this.#setZoom(this.#zoom === undefined ? 1 : undefined, event),
        onpointerdown: (event: PointerEvent) => this.#onDown(event),
        onpointermove: (event: PointerEvent) => this.#onMove(event),
        onpointerup: (event: PointerEvent) => this.#onUp(event),
        onpointercancel: (event: PointerEvent) => this.#onUp(event),
      },
      this.#canvas,
      this.#divider,
      this.#before,
      this.#after,
    );
    this.#slider.addEventListener('input', () => {
      this.#share = Number(this.#slider.value) / 100;
      this.#redraw();
    });
    this.element = h(
      'div',
      { class: 'view' },
      stage,
      h(
        'div',
        { class: 'view-bar' },
        this.#slider,
        h('div', { class: 'view-zooms', role: 'group', 'aria-label': 'Zoom' }, ...this.#buttons),
        this.#zoomLabel,
      ),
    );
    new ResizeObserver(() => this.#redraw()).observe(stage);
  }

  /** Shows a picture of this size, or two; layers may still change, followed by `refresh`. */
  show(
    size: { width: number; height: number },
    layers: { before?: Layer | undefined; after?: Layer | undefined },
    labels: CompareLabels,
  ): void {
    const isSame = size.width === this.#size.width && size.height === this.#size.height;
    this.#size = size;
    this.#layers = layers;
    if (!isSame) {
      this.#zoom = undefined;
      this.#center = { x: 0.5, y: 0.5 };
    }
    this.#before.textContent = labels.before;
    this.#after.textContent = labels.after;
    const isPair = layers.before !== undefined && layers.after !== undefined;
    this.element.classList.toggle('pair', isPair);
    this.#slider.disabled = !isPair;
    this.#redraw();
  }

  refresh(): void {
    this.#redraw();
  }

  /** Where the pictures meet, from 0 to 1. */
  set share(share: number) {
    this.#share = Math.min(Math.max(share, 0), 1);
    this.#slider.value = String(this.#share * 100);
    this.#redraw();
  }

  #redraw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    // Not requestAnimationFrame alone: in a hidden tab it never comes, and tiles go on arriving.
    const draw = (): void => {
      this.#isDrawing = false;
      this.#draw();
    };
    if (document.hidden) setTimeout(draw);
    else requestAnimationFrame(draw);
  }

  #draw(): void {
    const canvas = this.#canvas;
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0) return;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d')!;
    context.clearRect(0, 0, width, height);
    const at = this.#placement();
    const cut = Math.round(this.#share * width);
    const { before, after } = this.#layers;
    context.imageSmoothingEnabled = at.scale < 2;
    context.imageSmoothingQuality = 'high';
    if (before && after) {
      this.#drawClipped(context, before, at, 0, cut);
      this.#drawClipped(context, after, at, cut, width);
    } else (after ?? before)?.draw(context, at);
    this.#divider.style.left = `${this.#share * 100}%`;
    const percent = Math.round(at.scale * 100);
    this.#zoomLabel.textContent = `${percent} %`;
    this.#buttons.forEach((button, i) => {
      const isOn = i === 0 ? this.#zoom === undefined : this.#zoom === zooms[i - 1];
      button.setAttribute('aria-pressed', String(isOn));
    });
    canvas.style.touchAction = this.#zoom === undefined ? 'pan-y' : 'none';
  }

  #drawClipped(context: CanvasRenderingContext2D, layer: Layer, at: Placement, from: number, to: number): void {
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, context.canvas.height);
    context.clip();
    layer.draw(context, at);
    context.restore();
  }

  #placement(): Placement {
    const { width, height } = this.#canvas;
    const scale = this.#zoom ?? this.#fit();
    const [w, h] = [this.#size.width * scale, this.#size.height * scale];
    // A picture smaller than the view stays in its middle.
    const left = w <= width ? (width - w) / 2 : Math.min(0, Math.max(width - w, width / 2 - this.#center.x * w));
    const top = h <= height ? (height - h) / 2 : Math.min(0, Math.max(height - h, height / 2 - this.#center.y * h));
    return { left: Math.round(left), top: Math.round(top), scale };
  }

  #fit(): number {
    const { width, height } = this.#canvas;
    const whole = Math.min(width / this.#size.width, height / this.#size.height, largestZoom * 4);
    // Of a line of pixels something is to be seen; the rest can be moved into the view.
    return Math.max(whole, Math.min(1, leastShown / Math.min(this.#size.width, this.#size.height)));
  }

  /** @param at stays where it is on the screen */
  #setZoom(zoom: number | undefined, at?: { clientX: number; clientY: number }): void {
    const before = this.#placement();
    const box = this.#canvas.getBoundingClientRect();
    const ratio = devicePixelRatio;
    const x = at ? (at.clientX - box.left) * ratio : this.#canvas.width / 2;
    const y = at ? (at.clientY - box.top) * ratio : this.#canvas.height / 2;
    const u = (x - before.left) / before.scale / this.#size.width;
    const v = (y - before.top) / before.scale / this.#size.height;
    this.#zoom = zoom === undefined || zoom <= this.#fit() * 0.999 ? undefined : Math.min(zoom, largestZoom);
    const after = this.#zoom ?? this.#fit();
    const middle = { x: this.#canvas.width / 2 - x, y: this.#canvas.height / 2 - y };
    this.#center = clamped({
      x: u + middle.x / (this.#size.width * after),
      y: v + middle.y / (this.#size.height * after),
    });
    this.#redraw();
  }

  #pan(dx: number, dy: number): void {
    const { scale } = this.#placement();
    const ratio = devicePixelRatio;
    this.#center = clamped({
      x: this.#center.x - (dx * ratio) / (this.#size.width * scale),
      y: this.#center.y - (dy * ratio) / (this.#size.height * scale),
    });
    this.#redraw();
  }

  #onKey(event: KeyboardEvent): void {
    const step = 60;
    const scale = this.#placement().scale;
    const keys: Record<string, () => void> = {
      '+': () => this.#setZoom(scale * 1.5),
      '=': () => this.#setZoom(scale * 1.5),
      '-': () => this.#setZoom(scale / 1.5),
      0: () => this.#setZoom(undefined),
      1: () => this.#setZoom(1),
      ArrowLeft: () => this.#pan(step, 0),
      ArrowRight: () => this.#pan(-step, 0),
      ArrowUp: () => this.#pan(0, step),
      ArrowDown: () => this.#pan(0, -step),
    };
    if (event.ctrlKey || event.metaKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]!();
  }

  /** The page scrolls as usual unless a key is held (which is also how browsers tell pinching) or the view has the focus. */
  #onWheel(event: WheelEvent): void {
    const hasFocus = document.activeElement === event.currentTarget;
    if (!event.ctrlKey && !event.metaKey && !hasFocus) return;
    event.preventDefault();
    this.#setZoom(this.#placement().scale * Math.exp(-event.deltaY / 300), event);
  }

  #onDown(event: PointerEvent): void {
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const box = this.#canvas.getBoundingClientRect();
    const distance = Math.abs(event.clientX - box.left - this.#share * box.width);
    this.#dragsDivider =
      this.#pointers.size === 1 &&
      this.element.classList.contains('pair') &&
      (this.#zoom === undefined || distance < 24);
    if (this.#dragsDivider && distance >= 24) this.share = (event.clientX - box.left) / box.width;
  }

  #onMove(event: PointerEvent): void {
    const last = this.#pointers.get(event.pointerId);
    if (last === undefined) return;
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [other] = others;
    if (other !== undefined) {
      const spread = (place: { x: number; y: number }): number => Math.hypot(place.x - other.x, place.y - other.y);
      const grown = spread({ x: event.clientX, y: event.clientY }) / Math.max(spread(last), 1);
      const middle = { clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2 };
      this.#setZoom(this.#placement().scale * grown, middle);
    } else if (this.#dragsDivider) {
      const box = this.#canvas.getBoundingClientRect();
      this.share = (event.clientX - box.left) / box.width;
    } else this.#pan(event.clientX - last.x, event.clientY - last.y);
  }

  #onUp(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
  }
}

function clamped({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) };
}
