/** The program of a thread that builds batches. */
import { parentPort, workerData } from 'node:worker_threads';
import { type HandlerContext, serveWorker, Transfer } from 'sr-tensor/worker';
import type { Batch, SkippedPicture } from './batch.js';
import { type BatchMaker, openPatchMaker, type PatchOptions } from './node/patch-maker.js';

/** What the caller knows of the pictures. */
export interface MakerNews {
  readonly pictures: number;
  readonly stepsPerEpoch: number;
  /** Only when there are others than before. */
  readonly skipped?: readonly SkippedPicture[];
}

let maker: BatchMaker | undefined;
let told = 0;

const handlers = {
  async open(_: undefined, { signal }: HandlerContext): Promise<MakerNews> {
    maker = await openPatchMaker(workerData as PatchOptions, signal);
    return news(maker);
  },
  async build({ seed, number }: { seed: number; number: number }): Promise<Transfer<MakerNews & { batch: Batch }>> {
    const batch = await maker!.build(seed, number);
    const arrays = new Set([batch.input, batch.target, batch.masks].map(part => part?.data.buffer));
    const buffers = [...arrays].filter(buffer => buffer !== undefined);
    return new Transfer({ batch, ...news(maker!) }, buffers as ArrayBuffer[]);
  },
};

/** What the thread can be asked for. */
export type BatchWorker = typeof handlers;

serveWorker(parentPort!, handlers);

function news({ pictures, stepsPerEpoch, skipped }: BatchMaker): MakerNews {
  if (skipped.length === told) return { pictures, stepsPerEpoch };
  told = skipped.length;
  return { pictures, stepsPerEpoch, skipped };
}
