/** How many steps the moving average spans. */
const span = 100;

/** Keeps time: how long a training has run, how fast it is, how long it waited for data. */
export class Pace {
  #seconds = 0;
  #waited = 0;
  #since = performance.now();
  /** When each of the last steps ended, in milliseconds. */
  #ends: number[] = [];

  /** Time counts from here. */
  start(): void {
    this.#since = performance.now();
    this.#ends = [this.#since];
  }

  async wait<T>(data: Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await data;
    this.#waited += (performance.now() - start) / 1000;
    return result;
  }

  step(): void {
    this.#ends.push(performance.now());
    if (this.#ends.length > span + 1) this.#ends.shift();
  }

  get stepsPerSecond(): number | undefined {
    const [first, last] = [this.#ends[0], this.#ends.at(-1)];
    return first === undefined || last === undefined || last <= first
      ? undefined
      : ((this.#ends.length - 1) * 1000) / (last - first);
  }

  /** The share of the time in which the trainer waited for data. */
  get waiting(): number {
    const { seconds, waited } = this.state();
    return seconds > 0 ? waited / seconds : 0;
  }

  state(): { seconds: number; waited: number } {
    return { seconds: this.#seconds + (performance.now() - this.#since) / 1000, waited: this.#waited };
  }

  /** Goes on from the times of an earlier run. */
  restore({ seconds, waited }: { seconds: number; waited: number }): void {
    this.#seconds = seconds;
    this.#waited = waited;
    this.start();
  }
}
