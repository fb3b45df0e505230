import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNetwork } from 'sr-models';
import { randomWeights } from 'sr-tensor/testing';
import { readWeightFile, writeWeightFile } from 'sr-tensor/weights/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, reportOf } from '../errors.js';
import { createProgram } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'sr-models-'));
const at = (name: string): string => join(folder, name);
const config = { channels: 2, blocks: 1, growth: 1 };
const file = ['--network', 'rrdbnet', '--config', JSON.stringify(config), '--backend', 'wasm'];

beforeAll(async () => {
  const { parameters } = buildNetwork({ name: 'rrdbnet', config });
  await writeWeightFile(at('tiny.safetensors'), randomWeights(1)(parameters));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `sr models export` in this process. */
async function exported(...args: string[]): Promise<{ code: number; error?: string; stdout: string }> {
  let stdout = '';
  const write = (text: unknown): boolean => {
    stdout += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map(stream => vi.spyOn(stream, 'write').mockImplementation(write));
  try {
    await createProgram().parseAsync(['models', 'export', ...args], { from: 'user' });
    return { code: 0, stdout };
  } catch (error) {
    const { code, message } = reportOf(error);
    return { code: exitCodeOf(error), error: `[${code}] ${message}`, stdout };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('sr models export', () => {
  it('writes ONNX, by the name of the output', async () => {
    const { code, stdout } = await exported(at('tiny.safetensors'), '-o', at('new/tiny.onnx'), ...file);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/tiny\.onnx: rrdbnet x4 as onnx, [\d.]+ KiB\n$/)]);
    // The version of the format, the first field.
    expect([...readFileSync(at('new/tiny.onnx')).subarray(0, 2)]).toEqual([8, 8]);
  });

  it('writes a graph model into a folder', async () => {
    const { code, stdout } = await exported(at('tiny.safetensors'), '-o', at('graph'), '--json', ...file);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'tfjs', network: 'rrdbnet', scale: 4 });
    expect(readdirSync(at('graph')).sort()).toEqual(['group1-shard1of1.bin', 'model.json']);
  });

  it('writes safetensors under the names of another implementation', async () => {
    const out = at('old.safetensors');
    expect(await exported(at('tiny.safetensors'), '-o', out, '--names', 'esrgan-old', ...file)).toMatchObject({
      code: 0,
    });
    expect([...(await readWeightFile(out)).tensors.keys()]).toContain('model.1.sub.0.RDB1.conv1.0.weight');
    // And back.
    expect(await exported(out, '-o', at('again.safetensors'), ...file)).toMatchObject({ code: 0 });
    const [again, original] = await Promise.all(
      [at('again.safetensors'), at('tiny.safetensors')].map(path => readWeightFile(path)),
    );
    expect(again!.tensors).toEqual(original!.tensors);
  });

  it.each([
    [['-o', at('tiny.bin')], 2, '[usage/format]'],
    [['-o', at('tiny.onnx'), '--names', 'esrgan'], 2, '[usage/names]'],
    [['-o', at('x.safetensors'), '--names', 'edsr'], 1, '[weights/names] rrdbnet: there are no names "edsr"'],
  ])('refuses %j', async (args, code, message) => {
    const result = await exported(at('tiny.safetensors'), ...args, ...file);
    expect(result.code).toBe(code);
    expect(result.error).toContain(message);
  });

  it('refuses a config that is no JSON, and a model that is not there', async () => {
    const options = ['-o', at('x.onnx'), '--backend', 'wasm'];
    expect((await exported(at('tiny.safetensors'), ...options, '--config', '{')).error).toContain('an object as JSON');
    expect((await exported('x4-smal', ...options)).error).toContain('[model/unknown]');
  });
});
