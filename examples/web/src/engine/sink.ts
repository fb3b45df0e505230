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
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(folderName, { recursive: true }).catch(() => undefined);
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < expected) throw full(expected, quota - usage);
  const folder = await root.getDirectoryHandle(folderName, { create: true });
  const handle = await folder.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  return {
    async write(bytes) {
      try {
        await writable.write(bytes as Uint8Array<ArrayBuffer>);
      } catch (error) {
        throw (error as Error).name === 'QuotaExceededError' ? full(expected, 0, error) : error;
      }
    },
    async close() {
      await writable.close();
      const file = await handle.getFile();
      return new File([file], name, { type: 'image/png' });
    },
    async abort() {
      await writable.abort().catch(() => undefined);
      await root.removeEntry(folderName, { recursive: true }).catch(() => undefined);
    },
  };
}

function full(needed: number, left: number, cause?: unknown): SrError {
  const megabytes = (bytes: number): string => `${Math.max(0, Math.round(bytes / 1e6))} MB`;
  return new SrError({
    code: 'storage/full',
    message: `A picture this large is written to the browser's storage: expected about ${megabytes(needed)} of room, received ${megabytes(left)}. Free some space on this device, or enlarge less.`,
    cause,
  });
}
