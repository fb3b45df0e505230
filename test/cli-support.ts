import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { compact } from 'sr-models';
import { countParameters, type Network } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { writeWeightFile } from 'sr-tensor/weights/node';
import { root } from './support.js';

/** The command line as it is installed. */
export const cli: string = join(root, 'packages/sr-cli/dist/index.js');

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string>;
  stdin?: Uint8Array;
  /** Is given the process once it runs. */
  onStart?: (child: ChildProcess) => void;
}

export interface CliResult {
  /** null where a signal ended it. */
  code: number | null;
  stdout: Buffer;
  stderr: string;
  seconds: number;
}

/** Runs `sr` as a process of its own. */
export function sr(args: readonly string[], { cwd, env = {}, stdin, onStart }: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [cli, ...args], { cwd, env: { ...process.env, SR_DEBUG: '', ...env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', chunk => stdout.push(chunk));
    child.stderr.on('data', chunk => stderr.push(chunk));
    // The child may end without reading it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.on('error', reject);
    child.on('close', code => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), seconds });
    });
    onStart?.(child);
  });
}

/** Runs `sr ... --json` and parses what it prints. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of the output is what the tests check
export async function srJson(args: readonly string[], options?: CliOptions): Promise<CliResult & { json: any }> {
  const result = await sr([...args, '--json'], options);
  try {
    return { ...result, json: JSON.parse(result.stdout.toString()) };
  } catch (cause) {
    throw new Error(`expected JSON, received "${result.stdout}"; stderr: ${result.stderr}`, { cause });
  }
}

/** A small network with fixed weights, so that the command line can be tested without trained ones. */
export async function writeTinyModel(path: string, { scale = 4 }: { scale?: number } = {}): Promise<void> {
  const network = compact({ scale, channels: 4, depth: 1 });
  await writeWeightFile(path, weightsOf(network), {
    card: {
      name: 'tiny',
      description: 'For tests.',
      network: { name: network.name, config: network.config },
      scale,
      parameters: countParameters(network),
      license: 'MIT',
      trainingData: 'none',
      training: {},
      results: {},
    },
  });
}

/** Small values in a fixed pattern, in PyTorch's order of axes. */
export function weightsOf(network: Network): Map<string, WeightTensor> {
  const entries = Object.entries(network.parameters).map(([name, { shape, layout }]): [string, WeightTensor] => {
    const [height = 1, width = 1, input = 1, output = 1] = shape;
    const fileShape = layout === 'conv' ? [output, input, height, width] : [...shape];
    const size = shape.reduce((product, n) => product * n, 1);
    const data = Float32Array.from({ length: size }, (_, i) => 0.02 * Math.sin(i * 1.7));
    return [name, { dtype: 'f32', shape: fileShape, data }];
  });
  return new Map(entries);
}
