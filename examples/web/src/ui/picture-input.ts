/** Ways for pictures to come in: dropped, pasted, chosen, taken. */

import { takePhoto } from './camera.js';
import { h, icon } from './dom.js';

export interface PictureInputOptions {
  readonly title: string;
  readonly hint: string;
  readonly multiple?: boolean;
  readonly camera?: boolean;
  /** A button only: something is there already. */
  readonly quiet?: boolean;
  /** What file dialogs show. Default: pictures. */
  readonly accept?: string;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A place to drop files on, with buttons for the other ways. */
export function pictureInput({
  title,
  hint,
  multiple = false,
  camera = false,
  quiet = false,
  accept = 'image/*,.heic,.heif',
  onFiles,
}: PictureInputOptions): HTMLElement {
  const chooser = h('input', {
    type: 'file',
    class: 'visually-hidden',
    accept,
    multiple,
    tabindex: -1,
    'aria-label': title,
  });
  chooser.addEventListener('change', () => {
    const files = [...(chooser.files ?? [])];
    // The same file can be chosen again.
    chooser.value = '';
    if (files.length > 0) onFiles(files);
  });
  const zone = h(
    'div',
    { class: quiet ? 'dropzone quiet' : 'dropzone' },
    chooser,
    h('div', { class: 'dropzone-text' }, h('strong', {}, title), h('span', {}, hint)),
    h(
      'div',
      { class: 'dropzone-ways' },
      h(
        'button',
        { type: 'button', class: quiet ? '' : 'primary', onclick: () => chooser.click() },
        icon('folder'),
        quiet ? 'Another' : multiple ? 'Choose pictures' : 'Choose a file',
      ),
      camera &&
        h(
          'button',
          {
            type: 'button',
            onclick: async () => {
              const photo = await takePhoto();
              if (photo !== undefined) onFiles([photo]);
            },
          },
          icon('camera'),
          'Take a picture',
        ),
    ),
  );
  acceptDrops(zone, files => onFiles(multiple ? files : files.slice(0, 1)));
  return zone;
}

/** Takes files that are dropped on an element, before the page does. */
export function acceptDrops(element: HTMLElement, onFiles: (files: readonly File[]) => void): void {
  let depth = 0;
  const light = (on: boolean): void => void element.classList.toggle('over', on);
  element.addEventListener('dragenter', event => {
    if (!hasFiles(event)) return;
    depth++;
    light(true);
  });
  element.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) light(false);
  });
  element.addEventListener('drop', event => {
    depth = 0;
    light(false);
    const files = filesOf(event.dataTransfer);
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onFiles(files);
  });
}

/** Files that are dropped anywhere on the page, or pasted. */
export function listenForFiles(onFiles: (files: readonly File[]) => void): void {
  addEventListener('dragover', event => {
    // Otherwise the browser would leave the page to show the file.
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const files = filesOf(event.dataTransfer);
    if (files.length > 0) onFiles(files);
  });
  addEventListener('paste', event => {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

function filesOf(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])];
}
