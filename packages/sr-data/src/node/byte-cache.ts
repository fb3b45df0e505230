/** A map that forgets what was used longest ago once its values take more than `limit` bytes. */
export class ByteCache<Value extends { readonly byteLength: number }> {
  readonly #limit: number;
  readonly #values = new Map<number, Value>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How much the values take. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: number): Value | undefined {
    const value = this.#values.get(key);
    if (value) {
      // A Map remembers the order of insertion: the first key is the one used longest ago.
      this.#values.delete(key);
      this.#values.set(key, value);
    }
    return value;
  }

  /** A value larger than the limit is not kept. */
  set(key: number, value: Value): void {
    this.delete(key);
    this.#values.set(key, value);
    this.#bytes += value.byteLength;
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.delete(oldest);
    }
  }

  delete(key: number): void {
    this.#bytes -= this.#values.get(key)?.byteLength ?? 0;
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
    this.#bytes = 0;
  }
}
