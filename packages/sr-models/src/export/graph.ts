/**
 * A network as a list of operations: what is recorded of one call and written in the formats of other programs.
 *
 * Images and features are `[batch, height, width, channels]` of any size; nothing here depends on height or width.
 */

/** The place of an operation's result in `Graph.operations`, or a constant of `Graph.constants`. */
export type Value = { readonly operation: number } | { readonly constant: number };

export type Operation =
  | { readonly type: 'input' }
  /** Of x with a constant kernel `[height, width, in, out]`, zeros around. */
  | { readonly type: 'conv'; readonly stride: number; readonly padding: readonly [number, number] }
  /** Of x with a constant kernel `[height, width, out, in]`; the result is `stride` times as large. */
  | {
      readonly type: 'conv-transpose';
      readonly stride: number;
      readonly padding: readonly [number, number];
      readonly outputPadding: readonly [number, number];
    }
  /** `channels` of squares of `factor` x `factor` pixels from `factor`^2 times as many; `order` as in `pixelShuffle`. */
  | {
      readonly type: 'depth-to-space';
      readonly factor: number;
      readonly channels: number;
      readonly order: 'torch' | 'tensorflow';
    }
  /** Each pixel as a square of `factor` x `factor`. */
  | { readonly type: 'nearest'; readonly factor: number }
  /** What lies around: zeros, the edge, or the mirror image with the edge (b a | a b c). */
  | { readonly type: 'pad'; readonly mode: 'zero' | 'replicate' | 'symmetric'; readonly margins: Margins }
  | { readonly type: 'leaky-relu'; readonly slope: number }
  | { readonly type: 'relu' | 'tanh' | 'sigmoid' | 'sqrt' | 'square' }
  /** Of two values whose shapes are broadcast. */
  | { readonly type: 'add' | 'sub' | 'mul' | 'div' }
  /** Along channels. */
  | { readonly type: 'concat' }
  /** From `begin` on; `end` is counted from the end of the axis for height and width, from its begin for channels. */
  | { readonly type: 'slice'; readonly axis: 1 | 2 | 3; readonly begin: number; readonly end: number }
  /** Over axes, which stay with length 1. */
  | { readonly type: 'mean' | 'sum'; readonly axes: readonly number[] };

export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Step {
  readonly operation: Operation;
  readonly inputs: readonly Value[];
}

export interface Constant {
  /** Unique; the parameter's where it is one as it is. */
  readonly name: string;
  /** In TensorFlow's order of axes. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Graph {
  /** Each uses results of those before it; the first is the input, the last the output. */
  readonly steps: readonly Step[];
  readonly constants: readonly Constant[];
}
