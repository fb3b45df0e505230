import { tensor, zeros } from '@tensorflow/tfjs-core';
import { describeOnBackends } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { checkImages, checkRange, checkSameShape, checkShape } from './checks.js';

describeOnBackends('checks', () => {
  test('checkShape binds names and compares numbers', () => {
    checkShape(zeros([2, 5, 5, 3]), '[batch, side, side, 3]', 'x');
    expect(() => checkShape(zeros([2, 5, 6, 3]), '[batch, side, side, 3]', 'x')).toThrow(
      'x: expected the shape [batch, side, side, 3], received [2, 5, 6, 3].',
    );
    expect(() => checkShape(zeros([2, 5, 5, 4]), '[batch, side, side, 3]', 'x')).toThrow('received [2, 5, 5, 4]');
    expect(() => checkShape(zeros([5, 5, 3]), '[batch, side, side, 3]', 'x')).toThrow('received [5, 5, 3]');
  });

  test('checkImages and checkSameShape name what they got', () => {
    checkImages(zeros([1, 2, 2, 3]), 'photo');
    expect(() => checkImages(zeros([1, 2, 2, 1]), 'photo')).toThrow(
      'photo: expected the shape [batch, height, width, 3]',
    );
    checkSameShape(zeros([2, 3]), zeros([2, 3]), 'loss');
    expect(() => checkSameShape(zeros([2, 3]), zeros([3, 2]), 'loss')).toThrow('received [2, 3] and [3, 2]');
    expect(() => checkSameShape(zeros([2]), zeros([2, 1]), 'loss')).toThrow(
      expect.objectContaining({ code: 'tensor/shape' }),
    );
  });

  test('checkRange says which range it met and what to do', async () => {
    await checkRange(tensor([0, 0.5, 1]), 'photo');
    await expect(checkRange(tensor([-0.98, 1]), 'photo')).rejects.toThrow('Use tf.div(tf.add(x, 1), 2)');
    await expect(checkRange(tensor([0, 255]), 'photo')).rejects.toThrow('Use tf.div(x, 255)');
    await expect(checkRange(tensor([0, Number.NaN]), 'photo')).rejects.toThrow('received NaN');
  });
});
