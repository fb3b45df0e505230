/**
 * Checkpoints: a state as one safetensors file.
 *
 * The arrays and tensors of the state are the tensors of the file, named by their path (`trainer/parameters/head.weight`);
 * everything else is JSON under the key `state` of its metadata, with `{"$tensor": name}` where a tensor belongs.
 */
import { SrError } from 'sr-tensor';
import { readSafetensors, type WeightTensor, writeSafetensors } from 'sr-tensor/weights';

/** Raised when a file of the present program could no longer be read by an older one, or the other way round. */
export const checkpointVersion = 2;

/** Where checkpoints are kept. All of them belong to one training. */
export interface CheckpointStore {
  /** The steps after which the checkpoints that there are were saved, the latest first. */
  list(): Promise<number[]>;
  read(iteration: number): Promise<Uint8Array>;
  /** Keeps this checkpoint and the one before; whatever happens meanwhile, one that was there can still be read. */
  write(iteration: number, bytes: Uint8Array): Promise<void>;
}

/** Writes plain data (objects, arrays, numbers, strings, booleans, Float32Array, WeightTensor) as one file. */
export function encodeCheckpoint(state: unknown): Uint8Array {
  const tensors = new Map<string, WeightTensor>();
  const json = JSON.stringify(takeTensors(state, '', tensors));
  return writeSafetensors(tensors, { metadata: { format: 'sr-train', version: `${checkpointVersion}`, state: json } });
}

/**
 * The inverse of `encodeCheckpoint`.
 *
 * @throws `train/checkpoint` if the file is not a checkpoint, is damaged or of another version
 */
export function decodeCheckpoint(bytes: Uint8Array): unknown {
  const { tensors, metadata } = readFile(bytes);
  if (metadata.format !== 'sr-train' || metadata.state === undefined) {
    throw new SrError({ code: 'train/checkpoint', message: 'The file is not a checkpoint of a training.' });
  }
  if (metadata.version !== `${checkpointVersion}`) {
    throw new SrError({
      code: 'train/checkpoint',
      message: `Expected a checkpoint of version ${checkpointVersion}, received one of version ${metadata.version}. Use the version of sr-train that wrote it.`,
    });
  }
  return putTensors(JSON.parse(metadata.state), tensors);
}

function readFile(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    throw new SrError({
      code: 'train/checkpoint',
      message: `The checkpoint cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

interface TensorPlace {
  readonly $tensor: string;
  /** A bare Float32Array. */
  readonly array?: true;
}

function takeTensors(value: unknown, path: string, tensors: Map<string, WeightTensor>): unknown {
  if (value instanceof Float32Array) {
    tensors.set(path, { dtype: 'f32', shape: [value.length], data: value });
    return { $tensor: path, array: true } satisfies TensorPlace;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => takeTensors(item, join(path, `${i}`), tensors));
  if ('data' in value && value.data instanceof Float32Array && 'shape' in value) {
    tensors.set(path, value as WeightTensor);
    return { $tensor: path } satisfies TensorPlace;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, takeTensors(item, join(path, key), tensors)]),
  );
}

function putTensors(value: unknown, tensors: ReadonlyMap<string, WeightTensor>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => putTensors(item, tensors));
  if ('$tensor' in value) {
    const tensor = tensors.get((value as TensorPlace).$tensor)!;
    return 'array' in value ? tensor.data : tensor;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, putTensors(item, tensors)]));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}/${key}`;
}
