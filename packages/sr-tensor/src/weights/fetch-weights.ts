/** Weight files at an address, in Node and browsers alike. */
import { abortError, SrError } from '../errors.js';
import { widen } from './dtype.js';
import { readWeights } from './read-weights.js';
import { readSafetensorsHeader, type SafetensorsEntry, type SafetensorsHeader } from './safetensors-header.js';
import type { WeightFile, WeightTensor } from './types.js';

export interface FetchWeightsOptions {
  /** Which tensors are wanted. Default: all. */
  wanted?: (name: string) => boolean;
  signal?: AbortSignal;
}

/** What is asked for at first: enough for the header of most files. */
const FIRST_BYTES = 65_536;

/** Tensors closer to each other than this are fetched by one request: about what a request costs in time. */
const WORTH_A_REQUEST = 262_144;

/**
 * Reads a weight file at an address. Of a safetensors file on a server that answers to ranges (RFC 9110, 14.2) only the
 * bytes of the tensors that are wanted are fetched; other files come whole.
 *
 * @throws `fetch/failed` if it cannot be got, `weights/corrupt` and what `readWeights` throws, `aborted`
 * @example
 * const { tensors } = await fetchWeights(url, { wanted: name => name.startsWith('features.') });
 */
export async function fetchWeights(url: URL | string, options: FetchWeightsOptions = {}): Promise<WeightFile> {
  const { wanted = () => true, signal } = options;
  const first = await fetchRange(url, { begin: 0, end: FIRST_BYTES }, signal);
  // The ninth byte of a safetensors file opens the JSON of its header.
  if (!first.partial || first.bytes[8] !== 0x7b) {
    const bytes = first.partial ? await fetchBytes(url, options) : first.bytes;
    return chosen(readWeights(bytes), wanted);
  }
  const { entries, metadata, dataStart } = await fetchHeader(url, first, signal);
  const tensors = new Map<string, WeightTensor>();
  for (const group of groupsOf(entries.filter(({ name }) => wanted(name)))) {
    const begin = group[0]!.begin;
    const range = { begin: dataStart + begin, end: dataStart + group.at(-1)!.end };
    const bytes = range.end > range.begin ? (await fetchRange(url, range, signal)).bytes : new Uint8Array();
    if (bytes.length !== range.end - range.begin) {
      throw failed(url, `expected ${range.end - range.begin} bytes from ${range.begin} on, received ${bytes.length}`);
    }
    for (const { name, dtype, shape, begin: from, end } of group) {
      tensors.set(name, { dtype, shape, data: widen(bytes.subarray(from - begin, end - begin), dtype) });
    }
  }
  return { tensors, metadata };
}

/**
 * The bytes that lie at an address.
 *
 * @throws `fetch/failed`, `aborted`
 */
export async function fetchBytes(
  url: URL | string,
  { signal }: Pick<FetchWeightsOptions, 'signal'> = {},
): Promise<Uint8Array> {
  return (await request(url, {}, signal)).bytes;
}

interface Answer {
  readonly bytes: Uint8Array;
  /** False: the server sent the whole. */
  readonly partial: boolean;
  /** Of the whole file, where the server tells. */
  readonly length?: number;
}

async function fetchHeader(
  url: URL | string,
  first: Answer,
  signal: AbortSignal | undefined,
): Promise<SafetensorsHeader> {
  const view = new DataView(first.bytes.buffer, first.bytes.byteOffset, 8);
  const end = 8 + view.getUint32(0, true);
  if (first.length === undefined) throw failed(url, 'the server does not tell how long the file is');
  // A header that states more than there is, is for the reader to refuse.
  const rest = end > first.bytes.length && end <= first.length;
  const bytes = rest ? (await fetchRange(url, { begin: 0, end }, signal)).bytes : first.bytes;
  return readSafetensorsHeader(bytes, first.length);
}

/** Tensors in the order of the file, those together that are worth one request. */
function groupsOf(entries: readonly SafetensorsEntry[]): SafetensorsEntry[][] {
  const groups: SafetensorsEntry[][] = [];
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin)) {
    const last = groups.at(-1);
    if (last !== undefined && entry.begin - last.at(-1)!.end < WORTH_A_REQUEST) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function chosen({ tensors, metadata }: WeightFile, wanted: (name: string) => boolean): WeightFile {
  return { tensors: new Map([...tensors].filter(([name]) => wanted(name))), metadata };
}

async function fetchRange(
  url: URL | string,
  { begin, end }: { begin: number; end: number },
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const answer = await request(url, { range: `bytes=${begin}-${end - 1}` }, signal);
  return answer.partial ? answer : { ...answer, bytes: begin === 0 ? answer.bytes : answer.bytes.subarray(begin, end) };
}

async function request(
  url: URL | string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    const response = await fetch(url, { headers, ...(signal && { signal }) });
    if (!response.ok) throw failed(url, `status ${response.status}`);
    const [, length] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, partial: response.status === 206, ...(length !== undefined && { length: Number(length) }) };
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    throw SrError.isInstance(cause) ? cause : failed(url, (cause as Error).message, cause);
  }
}

function failed(url: URL | string, why: string, cause?: unknown): SrError {
  return new SrError({ code: 'fetch/failed', message: `${url} could not be read: ${why}.`, cause });
}
