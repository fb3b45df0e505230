/** Random patches of a few pictures in memory, and the same patches made smaller, for the trainer. */
import { type Batch, cropPicture, modCrop, resizePicture } from 'sr-data';
import { type Picture, Random, type RandomState } from 'sr-tensor';
import type { SampleSource } from 'sr-train';

export interface PatchSourceOptions {
  readonly scale: number;
  readonly batchSize: number;
  /** Side of the small patches. */
  readonly patchSize: number;
  readonly seed: number;
}

/**
 * Batches without end: a patch of any picture, mirrored and turned at random, its small version by MATLAB's bicubic of the
 * whole picture, as in super-resolution's benchmarks.
 *
 * @param pictures RGB, each side at least `patchSize * scale`
 */
export function patchSource(
  pictures: readonly Picture[],
  { scale, batchSize, patchSize, seed }: PatchSourceOptions,
): SampleSource<Batch> {
  const pairs = pictures.map(picture => {
    const large = modCrop(picture, { scale });
    return { large, small: scale === 1 ? large : resizePicture(large, { scale: 1 / scale }) };
  });
  let random = new Random(seed);

  async function next(): Promise<Batch> {
    const side = patchSize * scale;
    const input = new Float32Array(batchSize * patchSize ** 2 * 3);
    const target = new Float32Array(batchSize * side ** 2 * 3);
    for (let i = 0; i < batchSize; i++) {
      const { large, small } = pairs[random.int(pairs.length)]!;
      const left = random.int(small.width - patchSize + 1);
      const top = random.int(small.height - patchSize + 1);
      const view = random.int(8);
      const little = cropPicture(small, { left, top, width: patchSize, height: patchSize });
      const big = cropPicture(large, { left: left * scale, top: top * scale, width: side, height: side });
      place(little, view, input.subarray(i * patchSize ** 2 * 3));
      place(big, view, target.subarray(i * side ** 2 * 3));
    }
    return {
      input: { data: input, shape: [batchSize, patchSize, patchSize, 3] },
      target: { data: target, shape: [batchSize, side, side, 3] },
    };
  }

  return {
    next,
    state: () => random.state,
    restore(state) {
      random = new Random(state as RandomState);
    },
  };
}

/** Writes a square patch in one of its eight views, in [0, 1]. */
function place({ data, width: side }: Picture, view: number, into: Float32Array): void {
  for (let y = 0, to = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = view & 4 ? [y, x] : [x, y];
      const [column, row] = [view & 1 ? side - 1 - u : u, view & 2 ? side - 1 - v : v];
      const from = (row * side + column) * 3;
      for (let c = 0; c < 3; c++) into[to++] = data[from + c]! / 255;
    }
  }
}
