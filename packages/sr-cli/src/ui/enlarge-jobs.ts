/** Pictures that the page sends to be enlarged here: one after the other, progress as lines of JSON, results as files. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { resizeStrips } from 'sr-data';
import { createPictureWriter, readPicture } from 'sr-data/node';
import { bitDepth } from 'sr-tensor';
import { reportOf } from '../errors.js';
import type { OpenUpscaler } from '../models.js';
import { RequestError } from './responses.js';

export interface EnlargeJobsOptions {
  readonly model: OpenUpscaler;
  readonly largestUpload: number;
  readonly signal: AbortSignal;
}

/** Enlargements that the page offers. */
const scales = [1, 2, 3, 4, 8];

/** Pictures that wait for their turn at most: each is in memory. */
const mostWaiting = 8;

/** Results that are kept for the page to fetch; older ones go. */
const mostResults = 16;

export class EnlargeJobs {
  readonly #options: EnlargeJobsOptions;
  readonly #folder: string;
  readonly #results: string[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #count = 0;

  private constructor(options: EnlargeJobsOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  static async create(options: EnlargeJobsOptions): Promise<EnlargeJobs> {
    return new EnlargeJobs(options, await mkdtemp(join(tmpdir(), 'sr-ui-')));
  }

  /** Answers with a line for each step, the last of which tells the result's name or the error. */
  async enlarge(request: IncomingMessage, response: ServerResponse, { scale }: { scale: number }): Promise<void> {
    if (!scales.includes(scale))
      throw new RequestError(400, `scale: expected ${scales.join(', ')}, received ${scale}.`);
    if (this.#waiting >= mostWaiting) throw new RequestError(429, `${mostWaiting} pictures are waiting already.`);
    this.#waiting++;
    try {
      const file = await this.#receive(request);
      const controller = new AbortController();
      response.on('close', () => controller.abort());
      const signal = AbortSignal.any([controller.signal, this.#options.signal]);
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.flushHeaders();
      const tell = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
      const turn = this.#queue.then(() => this.#run(file, { scale, signal, tell }));
      this.#queue = turn.catch(() => undefined);
      await turn.catch(error => tell({ kind: 'error', ...reportOf(error) }));
      response.end();
    } finally {
      this.#waiting--;
    }
  }

  async sendResult(response: ServerResponse, name: string): Promise<void> {
    if (!this.#results.includes(name))
      throw new RequestError(404, 'This result is no longer kept. Enlarge the picture again.');
    const path = join(this.#folder, name);
    response.writeHead(200, {
      'content-type': 'image/png',
      'content-length': (await stat(path)).size,
      'cache-control': 'no-store',
    });
    await pipeline(createReadStream(path), response).catch(() => response.destroy());
  }

  async close(): Promise<void> {
    await this.#queue;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #receive(request: IncomingMessage): Promise<Uint8Array> {
    const { largestUpload } = this.#options;
    const tooLarge = (): RequestError =>
      new RequestError(
        413,
        `Expected a picture of up to ${Math.round(largestUpload / 1e6)} MB. Start sr ui with a larger --max-size.`,
      );
    if (Number(request.headers['content-length'] ?? 0) > largestUpload) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > largestUpload) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async #run(
    file: Uint8Array,
    { scale, signal, tell }: { scale: number; signal: AbortSignal; tell: (line: object) => void },
  ): Promise<void> {
    const started = performance.now();
    const { upscaler } = this.#options.model;
    const picture = await readPicture(file, { signal });
    const { channels } = picture;
    const size = { width: picture.width * scale, height: picture.height * scale };
    tell({ kind: 'opened', ...size, hasAlpha: channels === 2 || channels === 4 });
    const name = `${++this.#count}.png`;
    const writer = await createPictureWriter(join(this.#folder, name), {
      ...size,
      channels,
      bitDepth: bitDepth(picture) === 16 ? 16 : 8,
      ...(picture.metadata && { metadata: picture.metadata }),
      signal,
    });
    try {
      const strips = upscaler.strips(picture, {
        signal,
        onProgress: ({ percent, secondsLeft }) => tell({ kind: 'progress', percent, secondsLeft }),
      });
      const own = upscaler.scale;
      const wanted =
        own === scale ? strips : resizeStrips(strips, { ratio: [own, scale], height: picture.height * own });
      for await (const strip of wanted) await writer.write(strip);
      await writer.close();
    } finally {
      await writer.abort();
    }
    await this.#keep(name);
    const seconds = (performance.now() - started) / 1000;
    tell({ kind: 'done', name, ...size, seconds, backend: upscaler.backend.backend });
  }

  async #keep(name: string): Promise<void> {
    this.#results.push(name);
    for (const old of this.#results.splice(0, Math.max(0, this.#results.length - mostResults))) {
      await rm(join(this.#folder, old), { force: true });
    }
  }
}
