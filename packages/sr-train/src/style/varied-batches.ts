import type { Batch, BatchSource, ImageBatch } from 'sr-data';
import { SrError } from 'sr-tensor';

/** So many batches in a row are no accident. */
const most = 100;

/**
 * Draws a batch, again and again as long as a picture in it is of one colour: a style network cannot learn from one.
 *
 * Instance normalisation divides by the deviation, which is 0 there: at each of the fifteen layers the gradient grows by
 * 1 / sqrt(1e-5), until it is infinite.
 *
 * @throws `data/flat` after a hundred such batches in a row; whatever `draw` throws
 * @example
 * const batch = await variedBatch(() => source.next());
 */
export async function variedBatch(draw: () => Promise<Batch>): Promise<Batch> {
  for (let drawn = 0; drawn < most; drawn++) {
    const batch = await draw();
    if (!hasFlatPicture(batch.target)) return batch;
  }
  throw new SrError({
    code: 'data/flat',
    message: `${most} batches in a row have a patch of one colour, from which a style network cannot learn. Take other pictures, or larger patches.`,
  });
}

/** The batches of a source without those in which a picture is of one colour. */
export function variedBatches(source: BatchSource): BatchSource {
  return {
    get pictures() {
      return source.pictures;
    },
    get stepsPerEpoch() {
      return source.stepsPerEpoch;
    },
    get skipped() {
      return source.skipped;
    },
    next: options => variedBatch(() => source.next(options)),
    state: () => source.state(),
    restore: state => source.restore(state),
    close: () => source.close(),
  };
}

function hasFlatPicture({ data, shape: [batch, height, width, channels] }: ImageBatch): boolean {
  const size = height * width * channels;
  return Array.from({ length: batch }, (_, i) => data.subarray(i * size, (i + 1) * size)).some(picture =>
    picture.every((value, at) => value === picture[at % channels]),
  );
}
