/** Images as plain data: float32 RGB in [0, 1], rows top to bottom, channels interleaved. */
export interface ImageBatch {
  readonly data: Float32Array;
  /** [batch, height, width, 3] */
  readonly shape: readonly [number, number, number, 3];
}

/** Regions as plain data: float32, 1 inside and 0 outside, a region a channel. */
export interface MaskBatch {
  readonly data: Float32Array;
  /** [batch, height, width, regions] */
  readonly shape: readonly [number, number, number, number];
}

/** What a training step sees: low-resolution patches and the high-resolution patches that belong to them. */
export interface Batch {
  /** The same object as `target` where a source only gives pictures (scale 1, nothing made worse). */
  readonly input: ImageBatch;
  readonly target: ImageBatch;
  /** Of the target's size; only from sources that were given masks. */
  readonly masks?: MaskBatch;
}

/** A picture that a source leaves out, and why. */
export interface SkippedPicture {
  readonly path: string;
  /** `broken`: cannot be read; `small`: no patch fits; `unpaired`: its partner or its masks are missing. */
  readonly kind: 'broken' | 'small' | 'unpaired';
  readonly reason: string;
}

/**
 * An endless supply of batches.
 *
 * The same seed gives the same batches, and `restore(state())` continues with exactly the batch that would have come
 * next, whatever was prepared ahead in the background.
 */
export interface BatchSource {
  /** The next batch. Rejects with `aborted` if `signal` is; the batch is then not lost but comes next time. */
  next(options?: { signal?: AbortSignal }): Promise<Batch>;
  /** Where the source stands, as plain JSON. */
  state(): unknown;
  /** Continues from a state that `state()` gave. */
  restore(state: unknown): void;
  /** Stops the work in the background and frees the memory. */
  close(): Promise<void>;
  /** How many pictures are in use. */
  readonly pictures: number;
  /** Batches until every picture (or tile) has been seen once: what a schedule in epochs counts by. */
  readonly stepsPerEpoch: number;
  readonly skipped: readonly SkippedPicture[];
}
