import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SrError } from '../errors.js';

/** What is known of the SHA-256 of a file: all 64 hexadecimal digits, or the first of them, or nothing. */
export interface ExpectedHash {
  readonly sha256?: string;
  readonly sha256Prefix?: string;
}

/** Feeds a file to a hash, in constant memory. */
export async function updateFromFile(hash: Hash, path: string, signal?: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 2 ** 20 })) hash.update(chunk);
}

/** The SHA-256 of a file as 64 hexadecimal digits. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await updateFromFile(hash, path, signal);
  return hash.digest('hex');
}

/** Whether a file is checked at all. */
export function isExpected({ sha256, sha256Prefix }: ExpectedHash): boolean {
  return (sha256 ?? sha256Prefix) !== undefined;
}

/** @throws `weights/hash` */
export function checkHash(received: string, expected: ExpectedHash, file: string, advice: string): void {
  const { sha256, sha256Prefix = '' } = expected;
  const fits =
    sha256 === undefined ? received.startsWith(sha256Prefix.toLowerCase()) : received === sha256.toLowerCase();
  if (fits) return;
  throw new SrError({
    code: 'weights/hash',
    message: `${file}: expected the SHA-256 ${describeHash(expected)}, received ${received}. ${advice}`,
  });
}

/** For messages: the hash, or how it begins. */
export function describeHash({ sha256, sha256Prefix }: ExpectedHash): string {
  return sha256 ?? `${sha256Prefix}...`;
}
