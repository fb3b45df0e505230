import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { card } from '../../test/weights/card.js';
import { readCard } from './card.js';
import { readSafetensors } from './read-safetensors.js';
import { sha256 } from './sha256.js';
import { writeSafetensors } from './write-safetensors.js';
import { hashTensorData, verifyCard, writeWeights } from './write-weights.js';

const tensors = new Map([
  ['a', { shape: [2], data: Float32Array.of(1, 2) }],
  ['b', { shape: [1, 1], data: Float32Array.of(3) }],
]);

// FIPS 180-2, appendix B.1.
test('SHA-256 of "abc"', async () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await sha256(new TextEncoder().encode('abc'))).toBe(expected);
});

test('the card gets the hash of the tensor data: the last 12 bytes of this file', async () => {
  const bytes = await writeWeights(tensors, { card });
  const expected = createHash('sha256').update(bytes.subarray(-12)).digest('hex');
  expect(readCard(readSafetensors(bytes))).toEqual({ ...card, sha256: expected });
  expect(await hashTensorData(bytes)).toBe(expected);
  await verifyCard(bytes);
});

test('a changed value is noticed', async () => {
  const bytes = await writeWeights(tensors, { card, dtype: 'f16' });
  bytes[bytes.length - 1]! ^= 1;
  await expect(verifyCard(bytes)).rejects.toMatchObject({ code: 'weights/hash' });
});

test('a card without a hash, or no card, cannot be verified', async () => {
  await expect(verifyCard(writeSafetensors(tensors, { card }))).rejects.toMatchObject({ code: 'weights/card' });
  await expect(verifyCard(await writeWeights(tensors))).rejects.toMatchObject({ code: 'weights/card' });
});
