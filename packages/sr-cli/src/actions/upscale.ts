/** `sr upscale`. */
import { createReadStream, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createPictureWriter, readPicture } from 'sr-data/node';
import { bitDepth, type Picture, throwIfAborted } from 'sr-tensor';
import { formatError, ReportedError, reportOf, UsageError } from '../errors.js';
import { expandInputs, type InputError } from '../inputs.js';
import { interruptible } from '../interruptible.js';
import { type ModelChoice, type OpenUpscaler, openUpscaler } from '../models.js';
import { formatSeconds, print, printJson } from '../output.js';
import { makeFolderOf, planOutputs, type Target } from '../outputs.js';
import { progressBar } from '../progress.js';

export interface UpscaleOptions extends ModelChoice {
  readonly output: string;
  readonly ensemble?: boolean;
  readonly matchHistogram?: boolean;
  readonly json?: boolean;
}

interface OutputReport {
  readonly input: string;
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly backend: string;
  readonly model: string;
}

/** What `--json` prints. */
interface Report {
  readonly outputs: OutputReport[];
  readonly errors: InputError[];
}

export async function upscale(args: readonly string[], options: UpscaleOptions): Promise<void> {
  if (options.json && options.output === '-') {
    throw new UsageError('usage/output', 'Only one of the picture (-o -) and --json can go to stdout.');
  }
  const report: Report = { outputs: [], errors: [] };
  const pending = new Set(args);
  try {
    await interruptible(signal => upscaleAll(args, options, { report, pending, signal }));
  } catch (error) {
    for (const input of pending) report.errors.push({ input, ...reportOf(error) });
    throw error;
  } finally {
    if (options.json) printJson(report);
  }
  if (report.errors.length > 0) throw new ReportedError();
}

interface Work {
  readonly report: Report;
  /** Inputs that have neither succeeded nor failed; arguments until it is known what they stand for. */
  readonly pending: Set<string>;
  readonly signal: AbortSignal;
}

async function upscaleAll(args: readonly string[], options: UpscaleOptions, work: Work): Promise<void> {
  const { report, pending, signal } = work;
  const fail = (input: string, error: unknown): void => {
    pending.delete(input);
    report.errors.push({ input, ...reportOf(error) });
    process.stderr.write(`${formatError(error)}\n`);
  };

  const { inputs, errors, several } = await expandInputs(args);
  const plan = await planOutputs(inputs, options.output, { several });
  pending.clear();
  for (const { input } of plan.targets) pending.add(input.path);
  for (const error of [...errors, ...plan.errors]) fail(error.input, error);
  if (plan.targets.length === 0) return;

  throwIfAborted(signal);
  const model = await openUpscaler(options, signal);
  try {
    for (const [index, target] of plan.targets.entries()) {
      const { path } = target.input;
      try {
        const title = plan.targets.length > 1 ? `${index + 1}/${plan.targets.length} ${path}` : path;
        const output = await upscaleOne(target, { model, options, title, signal });
        pending.delete(path);
        report.outputs.push(output);
        if (!options.json) describe(output);
      } catch (error) {
        throwIfAborted(signal);
        fail(path, error);
      }
    }
  } finally {
    model.upscaler.dispose();
  }
}

/** One picture: read, enlarged strip by strip, written. */
async function upscaleOne(
  { input, output }: Target,
  {
    model: { upscaler, name },
    options,
    title,
    signal,
  }: { model: OpenUpscaler; options: UpscaleOptions; title: string; signal: AbortSignal },
): Promise<OutputReport> {
  const started = performance.now();
  const picture = await readPicture(input.path === '-' ? await readStdin(signal) : input.path, { signal });
  const size = { width: picture.width * upscaler.scale, height: picture.height * upscaler.scale };
  const bar = progressBar(title);
  try {
    await toFile(output, async path => {
      await makeFolderOf(path);
      const writer = await createPictureWriter(path, {
        ...size,
        channels: picture.channels,
        bitDepth: bitDepth(picture) === 16 ? 16 : 8,
        ...(picture.metadata && { metadata: picture.metadata }),
        signal,
      });
      try {
        const onProgress = ({ percent, secondsLeft }: { percent: number; secondsLeft: number }): void =>
          bar.update(percent, { secondsLeft });
        for await (const strip of stripsOf(upscaler, picture, options, { signal, onProgress })) {
          await writer.write(strip);
        }
        await writer.close();
      } finally {
        await writer.abort();
      }
    });
  } finally {
    bar.clear();
  }
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  return { input: input.path, output, ...size, seconds, backend: upscaler.backend.backend, model: name };
}

/** A histogram is known only when the whole picture is: then the picture is the only strip. */
async function* stripsOf(
  upscaler: OpenUpscaler['upscaler'],
  picture: Picture,
  { matchHistogram, tile, ensemble }: UpscaleOptions,
  more: Parameters<OpenUpscaler['upscaler']['strips']>[1],
): AsyncGenerator<Picture> {
  if (matchHistogram) yield await upscaler.upscale(picture, { ...more, tile, ensemble, matchHistogram });
  else yield* upscaler.strips(picture, { ...more, tile, ensemble });
}

/** Calls `write` with the path of the output; what is meant for stdout goes through a temporary file. */
async function toFile(output: string, write: (path: string) => Promise<void>): Promise<void> {
  if (output !== '-') return write(output);
  const folder = await mkdtemp(join(tmpdir(), 'sr-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const path = join(folder, 'stdout.png');
    await write(path);
    await pipeline(createReadStream(path), process.stdout, { end: false });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function readStdin(signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
  return Buffer.concat(chunks);
}

function describe({ output, width, height, seconds, backend, model }: OutputReport): void {
  if (output === '-') return;
  print(`${output}: ${width} x ${height}, ${formatSeconds(seconds)} on ${backend} with ${model}`);
}
