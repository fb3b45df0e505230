/**
 * Random numbers from a counter: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * Any number can be computed from the seed and its position alone, so a state is two integers, sequences resume
 * exactly, and another language gives the same values (tools/oracles/philox.py).
 */
export interface RandomState {
  seed: number;
  /** How many values have been drawn. */
  position: number;
}

export class Random {
  readonly seed: number;
  #position: number;
  #block: Uint32Array = new Uint32Array(4);
  #blockIndex = -1;

  /** @param state a seed (an integer below 2^53) or a saved state */
  constructor(state: number | RandomState) {
    this.seed = typeof state === 'number' ? state : state.seed;
    this.#position = typeof state === 'number' ? 0 : state.position;
  }

  get state(): RandomState {
    return { seed: this.seed, position: this.#position };
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const index = Math.floor(this.#position / 4);
    if (index !== this.#blockIndex) {
      this.#block = philox(this.seed, index);
      this.#blockIndex = index;
    }
    return this.#block[this.#position++ % 4]!;
  }

  /** A number in [low, high), 24 bits fine so that it is exact in float32. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.uint32() >>> 8) / 2 ** 24);
  }

  /** A normal number (Box-Muller, one of the pair). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** An integer in [0, below). */
  int(below: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * below);
  }

  /** The integers below `count` in random order (Fisher-Yates). */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}

/** The four 32-bit words of one block. */
export function philox(seed: number, index: number): Uint32Array {
  let x0 = index >>> 0;
  let x1 = Math.floor(index / 2 ** 32) >>> 0;
  let x2 = 0;
  let x3 = 0;
  let k0 = seed >>> 0;
  let k1 = Math.floor(seed / 2 ** 32) >>> 0;
  for (let round = 0; round < 10; round++) {
    // Multipliers and key increments: table 2 of the paper.
    const high0 = multiplyHigh(0xd2511f53, x0);
    const low0 = Math.imul(0xd2511f53, x0) >>> 0;
    const high1 = multiplyHigh(0xcd9e8d57, x2);
    const low1 = Math.imul(0xcd9e8d57, x2) >>> 0;
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return Uint32Array.of(x0, x1, x2, x3);
}

/** The upper 32 bits of the product of two 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle2 = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000)) >>> 0;
}
