import { connectWorker, type Port } from 'sr-tensor/worker';
import type { SkippedPicture } from '../batch.js';
import type { BatchWorker, MakerNews } from '../batch-worker.js';
import type { BatchMaker } from './patch-maker.js';

/** A maker of batches in a thread that runs `batch-worker`. */
export async function openThreadMaker(port: Port, signal?: AbortSignal): Promise<BatchMaker> {
  const client = connectWorker<BatchWorker>(port);
  let known: Required<MakerNews> = { pictures: 0, stepsPerEpoch: 0, skipped: [] };
  const learn = (news: MakerNews): void => {
    known = { ...known, ...news };
  };
  try {
    learn(await client.call('open', undefined, signal ? { signal } : {}));
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    get pictures(): number {
      return known.pictures;
    },
    get stepsPerEpoch(): number {
      return known.stepsPerEpoch;
    },
    get skipped(): readonly SkippedPicture[] {
      return known.skipped;
    },
    async build(seed, number) {
      const { batch, ...news } = await client.call('build', { seed, number });
      learn(news);
      return batch;
    },
    close: () => client.close(),
  };
}
