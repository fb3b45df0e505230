import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The plain network as an ONNX file, made by the Python that SR_PYTHON names (default `python3`, with `onnx`).
 *
 * @throws Error with what Python said
 */
export function onnxModel(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'sr-bench-')), 'plain.onnx');
  const script = fileURLToPath(new URL('../plain-network.py', import.meta.url));
  const { status, stderr, error } = spawnSync(process.env.SR_PYTHON ?? 'python3', [script, path], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`The ONNX model needs a Python with the package onnx (set SR_PYTHON). ${stderr ?? error}`);
  return path;
}
