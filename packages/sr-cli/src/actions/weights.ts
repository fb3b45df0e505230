/** `sr weights`. */
import { basename } from 'node:path';
import { knownFiles } from 'sr-tensor/weights';
import {
  convertWeights,
  type DownloadProgress,
  type FetchedWeights,
  fetchKnownWeights,
  findWeights,
  inspectWeights,
} from 'sr-tensor/weights/node';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { formatBytes, formatTable, print, printJson } from '../output.js';
import { type ProgressBar, progressBar } from '../progress.js';

export async function inspect(file: string, { json }: { json?: boolean }): Promise<void> {
  const found = await inspectWeights(file);
  if (json) return printJson(found);
  const { format, bytes, tensors, values, metadata, card } = found;
  print(`${file}: ${format}, ${formatBytes(bytes)}, ${tensors.length} tensors, ${values.toLocaleString('en')} values`);
  if (card !== undefined) {
    const { name, description, network, scale, license, trainingData } = card;
    print(`\nModel card`);
    print(
      formatTable([
        ['  name', name],
        ['  description', description],
        ['  network', `${network.name} ${JSON.stringify(network.config)}`],
        ['  scale', String(scale)],
        ['  license', license],
        ['  training data', trainingData],
      ]),
    );
  }
  const free = Object.entries(metadata).filter(([key]) => key !== 'card');
  if (free.length > 0) print(`\nMetadata\n${formatTable(free.map(([key, value]) => [`  ${key}`, value]))}`);
  print(
    `\n${formatTable([
      ['tensor', 'type', 'shape'],
      ...tensors.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`]),
    ])}`,
  );
}

export async function convert(from: string, to: string, { dtype }: { dtype: 'f32' | 'f16' }): Promise<void> {
  await convertWeights(from, to, { dtype });
  print(`${to}: ${dtype}, converted from ${from}`);
}

export interface FetchOptions {
  readonly all?: boolean;
  readonly list?: boolean;
  readonly sha256?: string;
  readonly json?: boolean;
}

export async function fetchWeights(names: readonly string[], options: FetchOptions): Promise<void> {
  if (options.list) return list(options);
  if (names.length === 0 && !options.all) {
    throw new UsageError(
      'usage/missing-argument',
      'Expected a name, an https address, or --all; --list shows the names.',
    );
  }
  const bar = progressBar('fetching');
  try {
    const fetched = await interruptible(signal => fetchAll(names, options, { bar, signal }));
    bar.clear();
    if (options.json) return printJson({ files: fetched });
    for (const { name, path } of fetched) print(`${name}: ${path}`);
  } finally {
    bar.clear();
  }
}

function list({ json }: FetchOptions): void {
  if (json) printJson({ files: knownFiles });
  else print(formatTable([['name', 'description'], ...knownFiles.map(({ name, description }) => [name, description])]));
}

async function fetchAll(
  names: readonly string[],
  { all, sha256 }: FetchOptions,
  { bar, signal }: { bar: ProgressBar; signal: AbortSignal },
): Promise<(Pick<FetchedWeights, 'name' | 'path'> & Partial<FetchedWeights>)[]> {
  const onProgress = ({ fileName, percent, receivedBytes }: DownloadProgress): void =>
    bar.update(percent ?? 0, { text: `${fileName} ${formatBytes(receivedBytes)}` });
  const addresses = names.filter(name => /^https?:\/\//.test(name));
  const known = names.filter(name => !addresses.includes(name));
  const fetched: (Pick<FetchedWeights, 'name' | 'path'> & Partial<FetchedWeights>)[] = [];
  for (const url of addresses) {
    const fileName = basename(new URL(url).pathname);
    const path = await findWeights({ fileName, url, ...(sha256 !== undefined && { sha256 }) }, { signal, onProgress });
    fetched.push({ name: fileName, path });
  }
  if (all || known.length > 0) {
    fetched.push(...(await fetchKnownWeights(all ? 'all' : known, { signal, onProgress })));
  }
  return fetched;
}
