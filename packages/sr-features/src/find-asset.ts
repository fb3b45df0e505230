import { SrError } from 'sr-tensor';
import { findKnownFile, knownFiles } from 'sr-tensor/weights';
import { readKnownFile } from '#platform';

/** How files are got. */
export interface FileOptions {
  /** A folder of an own server that holds the files under their published names; in browsers mostly needed. */
  baseUrl?: string | URL;
  signal?: AbortSignal;
  /** Of downloads, in Node. */
  onProgress?: (progress: {
    readonly fileName: string;
    readonly receivedBytes: number;
    readonly percent?: number;
  }) => void;
}

/** The content of a published file, and the name under which it was found, which tells its format. */
export interface Asset {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * The content of a published file that networks or metrics need, by its name in `knownFiles` of `sr-tensor/weights`.
 *
 * In Node it is looked for in the folders of SR_WEIGHTS_DIR, then in the cache (SR_CACHE_DIR), then downloaded; in browsers
 * fetched from `baseUrl`, or from its publisher. Its SHA-256 is checked.
 *
 * @param name `lpips-alex-v0.1`, `dists`, `niqe`, `niqe-npz`, `brisque`, `vgg16`, ... (`sr weights fetch --list`)
 * @throws `weights/unknown` for another name, `weights/unavailable` (with the file name, its hash and where to put it),
 *   `weights/hash`, `fetch/failed`, `aborted`
 * @example
 * const { bytes } = await findAsset('lpips-alex-v0.1');
 * const { tensors } = readWeights(bytes);
 */
export async function findAsset(name: string, options: FileOptions = {}): Promise<Asset> {
  const file = findKnownFile(name);
  if (file === undefined) {
    throw new SrError({
      code: 'weights/unknown',
      message: `There is no known file "${name}"; there are ${knownFiles.map(each => each.name).join(', ')}.`,
    });
  }
  return readKnownFile(file, options);
}
