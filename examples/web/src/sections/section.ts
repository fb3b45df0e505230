/** One of the things that the page does. */
export interface Section {
  readonly title: string;
  readonly element: HTMLElement;
  /** Files that were dropped on the page or pasted into it. */
  take(files: readonly File[]): void;
  /** Called each time it comes into view. */
  shown?(): void;
}
