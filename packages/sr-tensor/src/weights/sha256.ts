import { SrError } from '../errors.js';

/** The SHA-256 of bytes as 64 hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new SrError({
      code: 'weights/no-crypto',
      message: 'SHA-256 needs crypto.subtle, which browsers offer only on https and localhost.',
    });
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('');
}
