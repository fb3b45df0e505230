/** Controls that several sections have. */
import { duration, h, icon } from './dom.js';

/** A choice of few, side by side. */
export function segments<Value extends string | number>(options: {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}): HTMLFieldSetElement {
  const { legend, name, choices, value, onChange } = options;
  return h(
    'fieldset',
    { class: 'segments' },
    h('legend', {}, legend),
    h(
      'div',
      { class: 'segments-row' },
      ...choices.map(choice =>
        h(
          'label',
          {},
          h('input', {
            type: 'radio',
            name,
            value: choice.value,
            checked: choice.value === value,
            onchange: () => onChange(choice.value),
          }),
          h('span', {}, choice.label),
        ),
      ),
    ),
  );
}

/** A number between two others, with its value in words beside it. */
export function slider(options: {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly format?: (value: number) => string;
  readonly onChange?: (value: number) => void;
}): { readonly element: HTMLLabelElement; readonly value: number } {
  const { label, min, max, step, format = String, onChange } = options;
  const input = h('input', { type: 'range', min, max, step, value: options.value });
  // No <output>: a label belongs to the first control in it, which that would be.
  const shown = h('span', { class: 'slider-value' }, format(options.value));
  input.addEventListener('input', () => {
    shown.textContent = format(Number(input.value));
    onChange?.(Number(input.value));
  });
  return {
    element: h('label', { class: 'slider' }, h('span', {}, label), shown, input),
    get value() {
      return Number(input.value);
    },
  };
}

/** A choice of several by name. */
export function select<Value extends string>(options: {
  readonly label: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange?: (value: Value) => void;
}): { readonly element: HTMLLabelElement; readonly value: Value } {
  const { label, choices, onChange } = options;
  const input = h(
    'select',
    {},
    ...choices.map(({ value, label: text }) => h('option', { value, selected: value === options.value }, text)),
  );
  input.addEventListener('change', () => onChange?.(input.value as Value));
  return {
    element: h('label', { class: 'select' }, h('span', {}, label), input),
    get value() {
      return input.value as Value;
    },
  };
}

/** A button that opens a file dialog. */
export function fileButton(
  text: string,
  accept: string,
  label: string,
  onFiles: (files: readonly File[]) => void,
): HTMLElement {
  const input = h('input', {
    type: 'file',
    accept,
    multiple: true,
    class: 'visually-hidden',
    tabindex: -1,
    'aria-label': label,
  });
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = '';
    onFiles(files);
  });
  return h(
    'div',
    {},
    input,
    h('button', { type: 'button', class: 'wide', onclick: () => input.click() }, icon('folder'), text),
  );
}

/** How far something is. */
export class ProgressLine {
  readonly #bar = h('progress', { max: 100, value: 0, 'aria-label': 'Progress' });
  readonly #text = h('span', { class: 'progress-text', role: 'status' });
  readonly element: HTMLElement = h('div', { class: 'progress', hidden: true }, this.#bar, this.#text);

  /** Nothing is known yet of how far it is. */
  begin(text: string): void {
    this.element.hidden = false;
    this.#bar.removeAttribute('value');
    this.#text.textContent = text;
  }

  show(percent: number, secondsLeft?: number, what = ''): void {
    this.element.hidden = false;
    this.#bar.value = percent;
    const left = secondsLeft === undefined || percent >= 100 ? '' : ` · ${duration(secondsLeft)} left`;
    this.#text.textContent = `${what}${Math.floor(percent)} %${left}`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
