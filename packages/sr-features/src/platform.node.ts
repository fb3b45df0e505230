/** What differs between platforms: this is Node's side. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchWeights, findKnownFile, type KnownFile, type WeightFile } from 'sr-tensor/weights';
import { type DownloadOptions, findWeights, readWeightFile } from 'sr-tensor/weights/node';
import type { FileOptions } from './find-asset.js';
import { readKnownFile as fetchKnownFile } from './platform.js';

/** Caffe's name of ImageNet's list of classes (`get_ilsvrc_aux.sh`). */
const CLASS_NAMES = 'synset_words.txt';

/** The content of a known file: from the folders of SR_WEIGHTS_DIR, the cache, its publisher; its hash is checked. */
export async function readKnownFile(
  file: KnownFile,
  options: FileOptions,
): Promise<{ fileName: string; bytes: Uint8Array }> {
  if (options.baseUrl !== undefined) return fetchKnownFile(file, options);
  const path = await findWeights(file, downloadOptions(options));
  return { fileName: basename(path), bytes: await readFile(path) };
}

/** The tensors of a weight file at a path or an address, there those only that are wanted. */
export async function readWeightsAt(
  location: string | URL,
  wanted: (name: string) => boolean,
  options: FileOptions,
): Promise<WeightFile | { fileName: string; bytes: Uint8Array }> {
  const { signal } = options;
  const text = String(location);
  if (/^https?:/.test(text)) return fetchWeights(text, { wanted, ...(signal && { signal }) });
  const known = findKnownFile(text);
  if (known !== undefined) return readKnownFile(known, options);
  const path = text.startsWith('file:') ? fileURLToPath(text) : text;
  return readWeightFile(await findWeights(path, downloadOptions(options)));
}

/** The text of `synset_words.txt` beside the weights or where weights are looked for, if there is one. */
export async function readClassNames(weights: string | URL | undefined): Promise<string | undefined> {
  const path = weights instanceof URL && weights.protocol === 'file:' ? fileURLToPath(weights) : String(weights ?? '');
  for (const fileName of [join(dirname(path), CLASS_NAMES), CLASS_NAMES]) {
    const found = await findWeights({ fileName }).catch(() => undefined);
    if (found !== undefined) return readFile(found, 'utf8');
  }
  return undefined;
}

function downloadOptions({ signal, onProgress }: FileOptions): DownloadOptions {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }) };
}
