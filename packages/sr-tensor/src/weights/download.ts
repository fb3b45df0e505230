/**
 * Downloads of large files that survive broken connections, killed processes and several processes at once.
 *
 * A download goes to a partial file of its own, `NAME.VALIDATOR.PID-RANDOM.part`, and gets its name only when it is
 * complete and its hash is right. When it stops in between, the partial file is given free as `NAME.VALIDATOR.part`; the
 * next download claims it by renaming it, which only one of several can do. The validator (ETag or Last-Modified, in
 * base64url) lets the server say whether the rest still belongs to it (RFC 9110, 13.1.5: If-Range).
 */
import { createHash, type Hash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { abortError, SrError, throwIfAborted } from '../errors.js';
import { fileError } from './file-error.js';
import { checkHash, type ExpectedHash, isExpected, updateFromFile } from './file-hash.js';
import { syncFolder } from './write-file-atomic.js';

export interface DownloadProgress {
  readonly fileName: string;
  readonly receivedBytes: number;
  /** Absent if the server does not say. */
  readonly totalBytes?: number;
  /** 0 to 100, where the total is known. */
  readonly percent?: number;
}

export interface DownloadOptions {
  /** Stops the download; what has come so far is kept for the next. */
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
  /** The longest silence of the server, in milliseconds. Default 30,000. */
  timeout?: number;
}

/** How often a broken download goes on by itself, and the pause before, in milliseconds (times the attempt). */
const ATTEMPTS = 5;
const PAUSE = 200;

/** Redirects followed in a row. */
const MOST_REDIRECTS = 5;

/** Partial files of a process that is gone, and of one that seems to live: untouched for so long they are free, in ms. */
const ABANDONED = 10_000;
const STALLED = 600_000;

/**
 * Downloads `url` to `path`.
 *
 * @param expected what is known of its SHA-256; a file that does not fit is removed
 * @throws `weights/url` unless every address is https (or http on this machine), `weights/download` if it cannot be got,
 *   `weights/hash`, `disk-full`, `file/unwritable`, `aborted`
 */
export async function download(
  url: string,
  path: string,
  expected: ExpectedHash,
  options: DownloadOptions = {},
): Promise<void> {
  throwIfAborted(options.signal);
  checkUrl(new URL(url));
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
    const part = await Part.claim(path);
    try {
      await fetchAll(url, part, options);
      if (isExpected(expected)) checkHash(part.digest(), expected, url, 'The download was removed.');
      await part.finish(path);
      await syncFolder(folder);
    } catch (error) {
      const worthKeeping = SrError.isInstance(error) && (error.code === 'aborted' || error.code === 'weights/download');
      await (worthKeeping ? part.release() : part.remove());
      throw error;
    }
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

/** Asks again, for the rest, as long as the connection breaks. */
async function fetchAll(url: string, part: Part, options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchRest(url, part, options);
    } catch (error) {
      if (options.signal?.aborted) throw abortError(options.signal);
      if (!(error instanceof Interruption)) throw error;
      // Without any answer so far there is most likely no network: no use in trying on.
      if (attempt === ATTEMPTS || !error.answered) {
        throw new SrError({
          code: 'weights/download',
          message: `Cannot download ${url}: ${error.message}.`,
          cause: error.cause,
        });
      }
      await delay(PAUSE * attempt, undefined, { signal: options.signal }).catch(() => undefined);
      throwIfAborted(options.signal);
    }
  }
}

/** A failure that may pass. */
class Interruption extends Error {
  readonly answered: boolean;

  constructor(message: string, answered: boolean, cause?: unknown) {
    super(message, { cause });
    this.answered = answered;
  }
}

async function fetchRest(
  url: string,
  part: Part,
  { signal, onProgress, timeout = 30_000 }: DownloadOptions,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), timeout);
  const either = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]);
  const reason = (error: unknown): string =>
    silence.signal.aborted ? `the server was silent for ${timeout / 1000} s` : describeFailure(error);
  let answered = part.size > 0;
  try {
    const response = await request(url, part, either).catch(error => {
      if (SrError.isInstance(error) || signal?.aborted) throw error;
      throw new Interruption(reason(error), answered, error);
    });
    answered = true;
    timer.refresh();
    const total = await begin(response, part);
    const chunks = (response.body ?? new Blob([]).stream())[Symbol.asyncIterator]();
    for (;;) {
      const { value: chunk, done } = await chunks.next().catch(error => {
        throw new Interruption(reason(error), true, error);
      });
      if (done) break;
      timer.refresh();
      await part.append(chunk);
      onProgress?.(progress(part, total));
    }
    if (total !== undefined && part.size < total) {
      throw new Interruption(`the connection ended after ${part.size} of ${total} bytes`, true);
    }
    if (total !== undefined && part.size > total) {
      await part.restart(undefined);
      throw new Interruption(`the server sent more than the ${total} bytes it stated`, true);
    }
  } finally {
    clearTimeout(timer);
    silence.abort(); // lets go of a connection that is still open
  }
}

/** Follows redirects by hand, since each address must be allowed. */
async function request(url: string, part: Part, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (part.size > 0 && part.validator !== undefined) {
    headers.range = `bytes=${part.size}-`;
    headers['if-range'] = part.validator;
  }
  let address = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(address, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, address);
    checkUrl(next, address);
    address = next;
  }
  throw new SrError({ code: 'weights/download', message: `Cannot download ${url}: it redirects too often.` });
}

/** Brings the partial file into the state at which the body of the response goes on; returns the length of the whole. */
async function begin(response: Response, part: Part): Promise<number | undefined> {
  const { status, headers } = response;
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (start !== undefined && Number(start) === part.size) return Number(total);
  }
  if (status === 206 || status === 416) {
    await response.body?.cancel();
    await part.restart(undefined);
    throw new Interruption('the server sent another part than was asked for', true);
  }
  if (status === 200) {
    await part.restart(validatorOf(headers));
    const length = headers.get('content-length');
    return length === null ? undefined : Number(length);
  }
  await response.body?.cancel();
  const message = `the server answered ${status} ${response.statusText}`.trim();
  // 408 and 429 ask to come again, the 5xx are troubles of the server.
  if (status === 408 || status === 429 || status >= 500) throw new Interruption(message, true);
  throw new SrError({ code: 'weights/download', message: `Cannot download ${response.url}: ${message}.` });
}

/** If-Range takes a strong ETag or a date. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  const validator = etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  return validator !== null && validator.length <= 100 ? validator : undefined;
}

function progress(part: Part, total: number | undefined): DownloadProgress {
  const known =
    total === undefined ? {} : { totalBytes: total, percent: total === 0 ? 100 : (100 * part.size) / total };
  return { fileName: part.fileName, receivedBytes: part.size, ...known };
}

/** The partial file of this download. */
class Part {
  readonly fileName: string;
  validator: string | undefined;
  size = 0;
  readonly #folder: string;
  #path: string | undefined;
  #file: FileHandle | undefined;
  #hash: Hash = createHash('sha256');

  private constructor(target: string) {
    this.#folder = dirname(target);
    this.fileName = basename(target);
  }

  /** Takes over what an earlier download of this file left, if there is something. */
  static async claim(target: string): Promise<Part> {
    const part = new Part(target);
    for (const { name, validator } of await part.#leftovers()) {
      const path = part.#ownPath(validator);
      try {
        await rename(join(part.#folder, name), path);
      } catch {
        continue; // another process was faster
      }
      part.#path = path;
      part.validator = validator;
      part.#file = await open(path, 'a');
      await updateFromFile(part.#hash, path);
      part.size = (await stat(path)).size;
      break;
    }
    return part;
  }

  /** An empty file, for content with this validator. */
  async restart(validator: string | undefined): Promise<void> {
    await this.remove();
    this.validator = validator;
    this.size = 0;
    this.#hash = createHash('sha256');
    this.#path = this.#ownPath(validator);
    this.#file = await open(this.#path, 'ax');
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file!.appendFile(chunk);
    this.#hash.update(chunk);
    this.size += chunk.length;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async finish(target: string): Promise<void> {
    await this.#file!.sync();
    await this.#close();
    await rename(this.#path!, target);
  }

  /** Leaves what has come for the next download, if that can go on with it. */
  async release(): Promise<void> {
    if (this.#path === undefined || this.validator === undefined || this.size === 0) return this.remove();
    await this.#close();
    await rename(this.#path, join(this.#folder, `${this.fileName}.${encode(this.validator)}.part`));
  }

  async remove(): Promise<void> {
    await this.#close();
    if (this.#path !== undefined) await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #ownPath(validator: string | undefined): string {
    const own = `${process.pid}-${randomBytes(4).toString('hex')}`;
    return join(this.#folder, `${this.fileName}.${encode(validator ?? '')}.${own}.part`);
  }

  /** Partial files that no living download holds. */
  async #leftovers(): Promise<{ name: string; validator: string }[]> {
    const found: { name: string; validator: string }[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(`${this.fileName}.`)) continue;
      const [, encoded, pid] =
        /^\.([\w-]*)(?:\.(\d+)-[0-9a-f]{8})?\.part$/.exec(name.slice(this.fileName.length)) ?? [];
      if (encoded === undefined || !(await this.#isFree(name, pid))) continue;
      if (encoded === '') await rm(join(this.#folder, name), { force: true });
      else found.push({ name, validator: Buffer.from(encoded, 'base64url').toString() });
    }
    return found;
  }

  async #isFree(name: string, pid: string | undefined): Promise<boolean> {
    if (pid === undefined) return true;
    const found = await stat(join(this.#folder, name)).catch(() => undefined);
    if (found === undefined) return false;
    return Date.now() - found.mtimeMs > (isAlive(Number(pid)) ? STALLED : ABANDONED);
  }
}

function encode(validator: string): string {
  return Buffer.from(validator).toString('base64url');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Throws `weights/url` unless the address is https, or http on this machine; https never leads back to http. */
function checkUrl(url: URL, from?: URL): void {
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  const secure = url.protocol === 'https:';
  if (secure || (url.protocol === 'http:' && local && from?.protocol !== 'https:')) return;
  const redirected = from === undefined ? '' : `, to which ${from} redirects`;
  throw new SrError({
    code: 'weights/url',
    message: `Expected an https address (http only on this machine), received ${url}${redirected}.`,
  });
}

function describeFailure(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || (cause as NodeJS.ErrnoException).code})` : message;
}
