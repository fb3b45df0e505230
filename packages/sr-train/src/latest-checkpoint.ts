import { type CheckpointStore, decodeCheckpoint } from './checkpoint.js';

/**
 * The state in the latest checkpoint that can be read.
 *
 * @returns the state, undefined if the store is empty, and what was wrong with later ones
 * @throws `train/checkpoint` if there are checkpoints but none can be read
 */
export async function latestCheckpoint(
  store: CheckpointStore,
): Promise<{ state: unknown; skipped: readonly string[] }> {
  const skipped: string[] = [];
  let failure: unknown;
  for (const iteration of await store.list()) {
    try {
      return { state: decodeCheckpoint(await store.read(iteration)), skipped };
    } catch (error) {
      failure ??= error;
      skipped.push(`The checkpoint of step ${iteration} was passed over. ${(error as Error).message}`);
    }
  }
  if (failure !== undefined) throw failure;
  return { state: undefined, skipped };
}
