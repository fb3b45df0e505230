/** `sr eval`. */
import { matchHistogram, modCrop } from 'sr-data';
import { findPictures, pairFolders, pairPictures, readPicture } from 'sr-data/node';
import { type Picture, SrError } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { interruptible } from '../interruptible.js';
import { type ModelChoice, openUpscaler } from '../models.js';
import { resizeOnce } from '../resize-once.js';
import { type Case, measure, printScores, type ScoreOptions, type Unpaired } from '../scores.js';

export interface EvalOptions extends ModelChoice, ScoreOptions {
  readonly hr: string;
  readonly lr?: string;
  readonly scale: number;
  readonly ensemble?: boolean;
  readonly matchHistogram?: boolean;
  readonly json?: boolean;
}

export async function evaluateModel(options: EvalOptions): Promise<void> {
  const { scale, json, cropBorder = scale } = options;
  await interruptible(async signal => {
    const { pairs, unpaired } = await findPairs(options);
    const enlarger = await openEnlarger(options, signal);
    try {
      const cases = pairs.map(
        ({ hr, lr }): Case => ({
          ref: hr,
          dist: lr,
          read: async () => {
            const reference = modCrop(await readPicture(hr, { signal }), { scale });
            const small = lr === null ? resizeOnce(reference, 1 / scale) : await readPicture(lr, { signal });
            const result = await enlarger.enlarge(small);
            return { reference, result: options.matchHistogram ? matchHistogram(result, small) : result };
          },
        }),
      );
      const scores = await measure(cases, { ...options, cropBorder }, { signal, unpaired });
      printScores(scores, { json, about: { model: enlarger.name, scale, backend: enlarger.backend } });
    } finally {
      enlarger.dispose();
    }
  });
}

interface Pair {
  readonly hr: string;
  /** null: it is made. */
  readonly lr: string | null;
}

async function findPairs({ hr, lr, scale }: EvalOptions): Promise<{ pairs: readonly Pair[]; unpaired: Unpaired[] }> {
  if (lr === undefined) {
    // Where small pictures lie in the same folder, only those marked as references count.
    const { unpairedHr } = pairPictures(await findPictures(hr), []);
    return { pairs: unpairedHr.map(path => ({ hr: path, lr: null })), unpaired: [] };
  }
  const { pairs, unpairedHr } = await pairFolders(hr, lr, { scale });
  return { pairs, unpaired: unpairedHr.map(picture => ({ picture, partner: `its small version in ${lr}` })) };
}

interface Enlarger {
  readonly name: string;
  readonly backend: string | null;
  enlarge(picture: Picture): Promise<Picture>;
  dispose(): void;
}

async function openEnlarger(options: EvalOptions, signal: AbortSignal): Promise<Enlarger> {
  if (options.model === 'bicubic') {
    if (options.perceptual !== undefined) {
      throw new SrError({
        code: 'model/perceptual',
        message: 'Bicubic interpolation has no perceptual form, which --perceptual needs; name a network by --model.',
      });
    }
    // For metrics with networks.
    await selectBackend({ backend: options.backend });
    return { name: 'bicubic', backend: null, enlarge: async small => resizeOnce(small, options.scale), dispose() {} };
  }
  const { upscaler, name } = await openUpscaler(options, signal);
  return {
    name,
    backend: upscaler.backend.backend,
    enlarge: small => upscaler.upscale(small, { signal, ensemble: options.ensemble }),
    dispose: () => upscaler.dispose(),
  };
}
