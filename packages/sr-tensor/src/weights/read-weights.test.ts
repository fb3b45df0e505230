import { expect, test } from 'vitest';
import { goldenFile } from '../../test/weights/golden.js';
import { readWeights, weightFormat } from './read-weights.js';
import { writeSafetensors } from './write-safetensors.js';

test.each([
  ['reference.f32.safetensors', 'safetensors'],
  ['state.zip.pth', 'pth-zip'],
  ['state.legacy.pth', 'pth-legacy'],
])('%s is %s', (name, format) => {
  const bytes = goldenFile(name);
  expect(weightFormat(bytes)).toBe(format);
  expect(readWeights(bytes).tensors.size).toBeGreaterThan(0);
});

test('a header whose length looks like the start of a pickle (0x280)', () => {
  const metadata = { padding: '' };
  while (writeSafetensors(new Map(), { metadata }).length < 8 + 0x280) metadata.padding += ' ';
  const bytes = writeSafetensors(new Map(), { metadata });
  expect([...bytes.subarray(0, 2)]).toEqual([0x80, 0x02]);
  expect(readWeights(bytes).metadata).toEqual(metadata);
});

test('hands the options to the reader of PyTorch files', () => {
  expect(() => readWeights(goldenFile('checkpoint.pth'), { which: 'nothing' })).toThrow(/"nothing"/);
});

test.each([
  ['', /empty file/],
  ['<!DOCTYPE html><html>', /web page/],
  ['version https://git-lfs.github.com/spec/v1', /Git LFS/],
  ['something else', /14 bytes of something else/],
])('%j is not a weight file', (text, message) => {
  expect(() => readWeights(new TextEncoder().encode(text))).toThrow(
    expect.objectContaining({ code: 'weights/format', message: expect.stringMatching(message) }),
  );
});
