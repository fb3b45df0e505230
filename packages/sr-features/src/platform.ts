/** What differs between platforms: this is the browser's side. */
import { SrError } from 'sr-tensor';
import { fetchBytes, fetchWeights, findKnownFile, type KnownFile, sha256, type WeightFile } from 'sr-tensor/weights';
import type { FileOptions } from './find-asset.js';

/** The content of a known file: from the folder at `baseUrl`, or from its publisher; its hash is checked. */
export async function readKnownFile(
  file: KnownFile,
  { baseUrl, signal }: FileOptions,
): Promise<{ fileName: string; bytes: Uint8Array }> {
  const address = baseUrl === undefined ? file.url : new URL(file.fileName, baseUrl);
  if (address === undefined) {
    throw new SrError({
      code: 'weights/unavailable',
      message: `Expected the weight file ${file.fileName} (SHA-256 ${file.sha256}). It has no address to download it from: put it on your server and name its folder by baseUrl.`,
    });
  }
  const url = new URL(address);
  const bytes = await fetchBytes(url, signal ? { signal } : {});
  const received = await sha256(bytes);
  if (received === file.sha256 || (file.sha256Prefix !== undefined && received.startsWith(file.sha256Prefix))) {
    return { fileName: file.fileName, bytes };
  }
  throw new SrError({
    code: 'weights/hash',
    message: `${url}: expected the SHA-256 ${file.sha256 ?? `${file.sha256Prefix}...`}, received ${received}.`,
  });
}

/** The tensors of a weight file at an address, those only that are wanted. */
export async function readWeightsAt(
  location: string | URL,
  wanted: (name: string) => boolean,
  options: FileOptions,
): Promise<WeightFile | { fileName: string; bytes: Uint8Array }> {
  const known = typeof location === 'string' ? findKnownFile(location) : undefined;
  if (known !== undefined) return readKnownFile(known, options);
  const url = new URL(location, options.baseUrl ?? globalThis.location?.href);
  return fetchWeights(url, { wanted, ...(options.signal && { signal: options.signal }) });
}

/** Where files cannot be looked for, the names of classes have to be given. */
export async function readClassNames(_weights: string | URL | undefined): Promise<string | undefined> {
  return undefined;
}
