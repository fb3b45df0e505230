/** `sr models`. */
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { foldModel, publishedWeights, type WeightModule } from 'sr-models';
import { exportGraphModel, exportOnnx, graphModelFiles } from 'sr-models/export';
import type { Model } from 'sr-tensor';
import { selectBackend } from 'sr-tensor/backend';
import { writeWeights } from 'sr-tensor/weights';
import { writeFileAtomic } from 'sr-tensor/weights/node';
import { UsageError } from '../errors.js';
import { type NetworkChoice, openModel, shippedModels } from '../models.js';
import type { BackendChoice } from '../options.js';
import { formatBytes, formatTable, print, printJson } from '../output.js';
import { makeFolderOf } from '../outputs.js';

export async function models({ json }: { json?: boolean }): Promise<void> {
  const shipped = await shippedModels();
  if (json) return printJson({ models: shipped.map(({ card }) => card) });
  shipped.sort(
    ({ card: a }, { card: b }) => a.scale - b.scale || a.parameters - b.parameters || a.name.localeCompare(b.name),
  );
  const head = ['name', 'scale', 'parameters', 'file', 'Set5 PSNR', 'LPIPS', 'description'];
  print(formatTable([head, ...(await Promise.all(shipped.map(rowOf)))], { width: process.stdout.columns }));
  print(
    '\nLPIPS is that of AlexNet, on Set5. The cards (sr models --json) name all results, licence and training data.',
  );
}

async function rowOf({ card, url }: WeightModule): Promise<string[]> {
  const { name, scale, parameters, results, description } = card;
  const { size } = await stat(new URL(url));
  const { psnr, 'lpips-alex': lpips } = results.Set5 ?? {};
  return [
    name,
    `x${scale}`,
    parameters.toLocaleString('en'),
    formatBytes(size),
    psnr?.toFixed(3) ?? '',
    lpips?.toFixed(4) ?? '',
    description,
  ];
}

type Format = 'onnx' | 'tfjs' | 'safetensors';

export interface ExportModelOptions extends Omit<NetworkChoice, 'model'> {
  readonly output: string;
  readonly format?: Format;
  readonly dtype: 'f32' | 'f16';
  readonly names?: string;
  readonly backend: BackendChoice;
  readonly json?: boolean;
}

export async function exportModel(model: string, options: ExportModelOptions): Promise<void> {
  const { output, dtype, names } = options;
  const format = options.format ?? formatOf(output);
  if (names !== undefined && format !== 'safetensors') {
    throw new UsageError('usage/names', `--names is for safetensors; ${format} has no names that others rely on.`);
  }
  await selectBackend({ backend: options.backend });
  const opened = await openModel({ ...options, model });
  try {
    const files = await filesOf(opened, { format, dtype, names });
    for (const [name, bytes] of files) {
      const path = name === '' ? output : join(output, name);
      await makeFolderOf(path);
      await writeFileAtomic(path, bytes);
    }
    const report = {
      output,
      format,
      network: opened.network.name,
      scale: opened.network.scale,
      bytes: [...files.values()].reduce((total, { length }) => total + length, 0),
    };
    if (options.json) return printJson(report);
    print(`${output}: ${report.network} x${report.scale} as ${format}, ${formatBytes(report.bytes)}`);
  } finally {
    opened.parameters.dispose();
  }
}

/** What is written, by the name below the output; '' is the output itself. A model.json comes last: it makes the rest whole. */
async function filesOf(
  model: Model,
  { format, dtype, names }: { format: Format; dtype: 'f32' | 'f16'; names: string | undefined },
): Promise<Map<string, Uint8Array>> {
  if (format === 'onnx') return new Map([['', await exportOnnx(model, { dtype })]]);
  if (format === 'tfjs') return new Map([...graphModelFiles(await exportGraphModel(model, { dtype }))].reverse());
  const { network, parameters } = foldModel(model);
  try {
    const weights = publishedWeights(network, await parameters.toWeights(), { names });
    return new Map([['', await writeWeights(weights, { dtype })]]);
  } finally {
    parameters.dispose();
  }
}

function formatOf(output: string): Format {
  const format = { '.onnx': 'onnx', '.safetensors': 'safetensors', '': 'tfjs' }[extname(output)] as Format | undefined;
  if (format !== undefined) return format;
  throw new UsageError('usage/format', `"${output}" does not tell the format; add --format onnx, tfjs or safetensors.`);
}
