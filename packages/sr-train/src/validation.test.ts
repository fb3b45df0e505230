import { defineNetwork, Parameters, type Picture } from 'sr-tensor';
import { describeOnBackends, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { validateOn } from './validation.js';

const grey = (value: number): Picture => ({
  data: new Uint8Array(6 * 5 * 3).fill(value),
  width: 6,
  height: 5,
  channels: 3,
});

describeOnBackends('validateOn', () => {
  test('measures PSNR on Y and averages the decibels', async () => {
    const network = defineNetwork({ name: 'same', scale: 1, parameters: {}, apply: x => x });
    const parameters = Parameters.create({});
    const validate = validateOn([
      { name: 'a', input: grey(100), target: grey(110) },
      { name: 'b', input: grey(100), target: grey(104) },
    ]);
    await expectNoLeaks(async () => {
      const { scores, pictures } = await validate({ network, parameters });
      // Y = 16 + 219 v / 255, rounded: 102 for 100, 110 for 110, 105 for 104. 10 log10(255^2 / 8^2) and (255^2 / 3^2).
      expect(pictures.map(picture => picture.name)).toEqual(['a', 'b']);
      expect(pictures[0]!.scores.psnr).toBeCloseTo(30.0694, 3);
      expect(pictures[1]!.scores.psnr).toBeCloseTo(38.5884, 3);
      expect(scores.psnr).toBeCloseTo((30.0694 + 38.5884) / 2, 3);
      expect(pictures[0]!.result.data).toEqual(grey(100).data);
    });
  });
});
