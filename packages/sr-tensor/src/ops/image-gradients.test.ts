import { fill, grad, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { gradientMap, imageGradients } from './image-gradients.js';

const constant = (value: number): Tensor4D => fill([1, 4, 4, 1], value) as Tensor4D;

// Worked out by hand from M = sqrt(v^2 + h^2 + 1e-6) with [-1, 0, 1] and zeros beyond the border.
describeOnBackends('gradientMap', () => {
  test('of a constant c is 1e-3 inside, c along the edges, sqrt(2) c in the corners', async () => {
    const c = 0.5;
    const edge = Math.sqrt(c * c + 1e-6);
    const corner = Math.sqrt(2 * c * c + 1e-6);
    const expected = [
      [corner, edge, edge, corner],
      [edge, 1e-3, 1e-3, edge],
      [edge, 1e-3, 1e-3, edge],
      [corner, edge, edge, corner],
    ];
    await expectClose(gradientMap(constant(c)), expected.flat(), { tolerance: 1e-6 });
    await expectClose(gradientMap(constant(c), { paddingMode: 'replicate' }), new Array(16).fill(1e-3), {
      tolerance: 1e-6,
    });
  });

  test('of a ramp of slope k is sqrt(4 k^2 + 1e-6)', async () => {
    const k = 0.1;
    const ramp = tensor4d(
      [0, 1, 2, 0, 1, 2, 0, 1, 2].map(x => k * x),
      [1, 3, 3, 1],
    );
    const middle = (await gradientMap(ramp).data())[4];
    expect(middle).toBeCloseTo(Math.sqrt(4 * k * k + 1e-6), 6);
    const { x, y } = imageGradients(ramp);
    expect((await x.data())[4]).toBeCloseTo(2 * k, 6);
    expect((await y.data())[4]).toBeCloseTo(0, 6);
  });

  test('is two pixels larger with padding 2', () => {
    expect(gradientMap(constant(1), { padding: 2 }).shape).toEqual([1, 6, 6, 1]);
    expect(() => gradientMap(fill([1, 2, 4, 1], 1) as Tensor4D, { padding: 0 })).toThrow('3 x 3');
  });

  test('has a finite derivative where there is no gradient, and leaves no tensors', async () => {
    const x = constant(0.3);
    await expectNoLeaks(async () => {
      const derivative = grad((x: Tensor) => gradientMap(x as Tensor4D, { paddingMode: 'replicate' }))(x);
      await expectClose(derivative, new Float32Array(16));
      derivative.dispose();
      gradientMap(x).dispose();
      for (const t of Object.values(imageGradients(x))) t.dispose();
    });
  });
});
