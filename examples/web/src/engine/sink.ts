/** Where an encoded file grows: in memory, or in the browser's storage for this page. */
import { SrError } from 'sr-tensor';

export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** The whole file. */
  close(): Promise<Blob>;
  /** Forgets what was written. */
  abort(): Promise<void>;
}

/** Files of earlier pictures are removed: one large picture at a time. */
const folderName = 'enlarged';

/**
 * @param expected bytes that are needed at most, about
 * @throws `storage/full` here and from `write`
 */
export async function createSink(
  inStorage: boolean,
  { name, expected }: { name: string; expected: number },
): Promise<Sink> {
  return inStorage ? storageSink(name, expected) : memorySink();
}

function memorySink(): Sink {
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  return {
    async write(bytes) {
      chunks.push(bytes as Uint8Array<ArrayBuffer>);
    },
    async close() {
      return new Blob(chunks, { type: 'image/png' });
    },
    async abort() {
      chunks = [];
    },
  };
}

async function storageSink(name: string, expected: number): Promise<Sink> {
  /** Every call may find the storage full: a quota can be less than `estimate` says. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if ((error as Error).name !== 'QuotaExceededError') throw error;
      throw full(expected, { cause: error });
    }
  };
  const root = await guarded(() => navigator.storage.getDirectory());
  const remove = (): Promise<void> => root.removeEntry(folderName, { recursive: true }).catch(() => undefined);
  await remove();
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < expected) throw full(expected, { left: quota - usage });
  const { handle, writable } = await guarded(async () => {
    const folder = await root.getDirectoryHandle(folderName, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    return { handle, writable: await handle.createWritable() };
  });
  return {
    write: bytes => guarded(() => writable.write(bytes as Uint8Array<ArrayBuffer>)),
    close: () =>
      guarded(async () => {
        await writable.close();
        return new File([await handle.getFile()], name, { type: 'image/png' });
      }),
    async abort() {
      await writable.abort().catch(() => undefined);
      await remove();
    },
  };
}

function full(needed: number, { left, cause }: { left?: number; cause?: unknown }): SrError {
  const megabytes = (bytes: number): string => `${Math.max(0, Math.round(bytes / 1e6))} MB`;
  const there = left === undefined ? '' : `, there are ${megabytes(left)}`;
  return new SrError({
    code: 'storage/full',
    message: `A picture this large is written to the browser's storage, which is full: it needs about ${megabytes(needed)}${there}. Free some space on this device, or enlarge less.`,
    cause,
  });
}
