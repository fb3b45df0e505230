import type { CheckpointStore } from './checkpoint.js';

/** Keeps the last two checkpoints in memory: for tests and for trainings that are stored elsewhere. */
export function memoryStore(): CheckpointStore {
  const checkpoints = new Map<number, Uint8Array>();
  const list = (): number[] => [...checkpoints.keys()].sort((a, b) => b - a);
  return {
    list: async () => list(),
    read: async iteration => checkpoints.get(iteration)!,
    write: async (iteration, bytes) => {
      checkpoints.set(iteration, bytes);
      for (const old of list().slice(2)) checkpoints.delete(old);
    },
  };
}
