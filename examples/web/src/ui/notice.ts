/** Messages to the person: what happened, and a way out. */
import { h, icon } from './dom.js';

export interface NoticeOptions {
  /** `error` is read out at once, the others when there is time. Default `info`. */
  readonly kind?: 'info' | 'warning' | 'error';
  /** Ways out, as buttons. */
  readonly actions?: readonly { readonly label: string; readonly run: () => void }[];
}

/** Where a section shows its messages; there is one of each text at most. */
export class Notices {
  readonly element: HTMLElement = h('div', { class: 'notices', role: 'log', 'aria-live': 'polite' });

  show(text: string, { kind = 'info', actions = [] }: NoticeOptions = {}): void {
    this.element.querySelectorAll('.notice').forEach(notice => {
      if (notice.querySelector('p')?.textContent === text) notice.remove();
    });
    const close = (): void => notice.remove();
    const notice = h(
      'div',
      { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : undefined },
      h('p', {}, text),
      ...actions.map(({ label, run }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'small',
            onclick: () => {
              close();
              run();
            },
          },
          label,
        ),
      ),
      h('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss', onclick: close }, icon('close')),
    );
    this.element.append(notice);
  }

  clear(): void {
    this.element.replaceChildren();
  }
}
