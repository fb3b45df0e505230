/** What an optimizer remembers of each parameter, by name: a tensor, or plain values after `restore` until it is used. */
import { keep, Tensor, tensor, type Variable } from '@tensorflow/tfjs-core';

export class Averages {
  readonly #kept = new Map<string, Tensor | Float32Array>();

  /** Gives the one of a name to be replaced; the caller disposes it. */
  take(name: string, { shape }: Tensor): Tensor | undefined {
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    return kept instanceof Float32Array ? tensor(kept, shape) : kept;
  }

  put(name: string, average: Tensor): void {
    this.#kept.set(name, keep(average));
  }

  /** Copies by name. */
  async values(): Promise<Record<string, Float32Array>> {
    const copies: Record<string, Float32Array> = {};
    for (const [name, kept] of this.#kept) {
      copies[name] = Float32Array.from(kept instanceof Tensor ? await kept.data() : kept);
    }
    return copies;
  }

  restore(values: Readonly<Record<string, Float32Array>>): void {
    this.clear();
    for (const [name, each] of Object.entries(values)) this.#kept.set(name, each.slice());
  }

  clear(): void {
    for (const kept of this.#kept.values()) if (kept instanceof Tensor) kept.dispose();
    this.#kept.clear();
  }
}

/** A new value for a parameter, which is disposed. */
export function assign(parameter: Variable, value: Tensor): void {
  parameter.assign(value);
  value.dispose();
}
