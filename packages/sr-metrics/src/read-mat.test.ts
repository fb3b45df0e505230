import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { Random } from 'sr-tensor';
import { assetsFolder } from 'sr-tensor/testing';
import { describe, expect, test } from 'vitest';
import { readNiqeParameters } from './niqe-parameters.js';
import { readMat } from './read-mat.js';

const folder = assetsFolder('data/iqa/niqe');

describe.runIf(folder)('the parameters of NIQE', () => {
  test('are the same in both published files', () => {
    const mat = readNiqeParameters(readFileSync(join(folder!, 'modelparameters.mat')));
    const npz = readNiqeParameters(readFileSync(join(folder!, 'niqe_pris_params.npz')));
    expect(mat).toEqual(npz);
    expect(mat.mean).toHaveLength(36);
    // A covariance.
    for (let i = 0; i < 36; i++) expect(mat.covariance[37 * i]).toBeGreaterThan(0);
  });

  test('survive no damage: truncated or altered files give an error or numbers', () => {
    const whole = readFileSync(join(folder!, 'modelparameters.mat'));
    const random = new Random(1);
    for (let i = 0; i < 60; i++) {
      const bytes = new Uint8Array(whole.subarray(0, i % 2 === 0 ? random.int(whole.length) : whole.length));
      if (i % 2 === 1) for (let k = 0; k < 8; k++) bytes[random.int(bytes.length)] = random.int(256);
      try {
        readNiqeParameters(bytes);
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^(mat|npy|metrics)\//);
      }
    }
  });
});

describe('readMat', () => {
  test('reads matrices column by column, compressed or not, and skips the rest', () => {
    const element = matrix('a', [2, 3], [1, 2, 3, 4, 5, 6]);
    const text = matrix('text', [1, 1], [65], 4);
    const file = matFile(element, text, tagged(15, zlibSync(matrix('b', [1, 1], [7.5]))));
    const matrices = readMat(file);
    expect([...matrices.keys()]).toEqual(['a', 'b']);
    expect(matrices.get('a')).toEqual({ rows: 2, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(matrices.get('b')!.data).toEqual(Float64Array.of(7.5));
  });

  test('refuses other files, wrong lengths, and data that expand too far', () => {
    const refused = (bytes: Uint8Array, message: string) =>
      expect(() => readMat(bytes)).toThrow(
        expect.objectContaining({ code: 'mat/format', message: expect.stringContaining(message) }),
      );
    refused(new Uint8Array(200), 'version 5 to 7');
    refused(new Uint8Array(3), 'version 5 to 7');
    const file = matFile(matrix('a', [1, 1], [1]));
    refused(file.subarray(0, file.length - 8), 'end inside the file');
    refused(matFile(matrix('a', [2, 2], [1])), 'as many values');
    refused(matFile(tagged(15, new Uint8Array(20))), 'compressed');
    refused(matFile(tagged(15, zlibSync(new Uint8Array(2 ** 26 + 1)))), 'at most');
  });
});

function matFile(...parts: Uint8Array[]): Uint8Array {
  const header = new Uint8Array(128);
  header.set([0, 1, 0x49, 0x4d], 124);
  return joined(header, ...parts);
}

function matrix(name: string, sizes: number[], values: number[], arrayClass = 6): Uint8Array {
  const bytes = (array: Int32Array | Uint32Array | Float64Array) => new Uint8Array(array.buffer);
  return tagged(
    14,
    joined(
      tagged(6, bytes(Uint32Array.of(arrayClass, 0))),
      tagged(5, bytes(Int32Array.from(sizes))),
      tagged(1, new TextEncoder().encode(name)),
      tagged(9, bytes(Float64Array.from(values))),
    ),
  );
}

function tagged(type: number, data: Uint8Array): Uint8Array {
  const tag = new Uint8Array(Uint32Array.of(type, data.length).buffer);
  const padding = type === 15 ? 0 : (8 - (data.length % 8)) % 8;
  return joined(tag, data, new Uint8Array(padding));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}
