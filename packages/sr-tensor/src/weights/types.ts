/** How a file stores the elements of a tensor. */
export type WeightDtype =
  | 'f64'
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'i64'
  | 'i32'
  | 'i16'
  | 'i8'
  | 'u64'
  | 'u32'
  | 'u16'
  | 'u8'
  | 'bool';

/** A tensor of a weight file: PyTorch's order of axes, values widened to float32 whatever the file holds. */
export interface WeightTensor {
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What is in a weight file. */
export interface WeightFile {
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** Free text by key (safetensors' `__metadata__`); empty for other formats. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a person should know of trained weights; travels in the header of the file under the key `card`. */
export interface ModelCard {
  /** As `sr models` lists it: `x4-small`. */
  readonly name: string;
  readonly description: string;
  /** The network family and its config, enough to rebuild it. */
  readonly network: { readonly name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly scale: number;
  readonly parameters: number;
  readonly license: string;
  readonly trainingData: string;
  /** Recipe with every override, steps, seed, hardware, time. */
  readonly training: Readonly<Record<string, string | number>>;
  /** Measured results by data set: `{ Set5: { psnr: 31.1, ssim: 0.88 } }`. */
  readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Of a perceptual form: the `name` of the network for fidelity that it was fine-tuned from. */
  readonly fidelity?: string;
  /** Of the tensor data in the file (the header, which holds this card, is not part of it). */
  readonly sha256?: string;
}
