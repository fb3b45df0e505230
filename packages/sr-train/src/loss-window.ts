/** Means of the losses over the steps since the last line of the log. */
export class LossWindow {
  #steps = 0;
  #sums: Record<string, number> = {};

  add(losses: Readonly<Record<string, number>>): void {
    this.#steps++;
    for (const [name, value] of Object.entries(losses)) this.#sums[name] = (this.#sums[name] ?? 0) + value;
  }

  /** The means; begins anew. */
  take(): Record<string, number> {
    const means = Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#steps]);
    this.restore({ steps: 0, sums: {} });
    return Object.fromEntries(means);
  }

  state(): { steps: number; sums: Record<string, number> } {
    return { steps: this.#steps, sums: { ...this.#sums } };
  }

  restore({ steps, sums }: { steps: number; sums: Record<string, number> }): void {
    this.#steps = steps;
    this.#sums = { ...sums };
  }
}
