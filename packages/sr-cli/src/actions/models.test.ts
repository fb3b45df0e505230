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

interface Ran {
  readonly code: number;
  readonly error?: string;
  readonly stdout: string;
}

/** Runs `sr models` in this process. */
async function models(...args: string[]): Promise<Ran> {
  let stdout = '';
  const write = (text: unknown): boolean => {
    stdout += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map(stream => vi.spyOn(stream, 'write').mockImplementation(write));
  try {
    await createProgram().parseAsync(['models', ...args], { from: 'user' });
    return { code: 0, stdout };
  } catch (error) {
    const { code, message } = reportOf(error);
    return { code: exitCodeOf(error), error: `[${code}] ${message}`, stdout };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function exported(...args: string[]): Promise<Ran> {
  return models('export', ...args);
}

describe('sr models', () => {
  it('lists by scale, size and name, with what was measured', async () => {
    const [head, ...lines] = (await models()).stdout.split('\n');
    expect(head).toMatch(/^name +scale +parameters +file +Set5 PSNR +LPIPS +description$/);
    const names = lines.flatMap(line => /^x\S+/.exec(line) ?? []);
    const places = ['x2-small', 'x3-small', 'x4-tiny', 'x4-small', 'x4-small-texture', 'x4-medium', 'x8-small'].map(
      name => names.indexOf(name),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    const lineOf = (name: string): string | undefined => lines.find(line => line.startsWith(`${name} `));
    expect(lineOf('x4-tiny')).toMatch(/^x4-tiny +x4 +23,648 +[\d.]+ KiB +3\d\.\d{3} +The smallest: .*\.$/);
    expect(lineOf('x4-small-texture')).toMatch(/ KiB +2\d\.\d{3} +0\.\d{4} +x4-small, .*\.$/);
    expect(lines.slice(-3)).toEqual(['', expect.stringMatching(/--json.*licence and training data/), '']);
  });

  it('keeps lines within the terminal', async () => {
    process.stdout.columns = 100;
    try {
      const lines = (await models()).stdout.split('\n').filter(line => /^x\d/.test(line));
      expect(Math.max(...lines.map(line => line.length))).toBe(100);
      expect(lines.find(line => line.startsWith('x4-tiny'))).toMatch(/ The smallest: .*…$/);
    } finally {
      process.stdout.columns = undefined!;
    }
  });
});

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
