interface Sum {
  readonly count: number;
  readonly sum: number;
}

/** Means of the losses over the steps since the last line of the log, each over the steps that had it. */
export class LossWindow {
  #sums: Record<string, Sum> = {};

  add(losses: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(losses)) {
      const { count, sum } = this.#sums[name] ?? { count: 0, sum: 0 };
      this.#sums[name] = { count: count + 1, sum: sum + value };
    }
  }

  /** The means; begins anew. */
  take(): Record<string, number> {
    const means = Object.entries(this.#sums).map(([name, { count, sum }]) => [name, sum / count]);
    this.#sums = {};
    return Object.fromEntries(means);
  }

  state(): Record<string, Sum> {
    return { ...this.#sums };
  }

  restore(sums: Readonly<Record<string, Sum>>): void {
    this.#sums = { ...sums };
  }
}
