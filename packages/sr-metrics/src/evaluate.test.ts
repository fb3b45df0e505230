import type { Picture } from 'sr-tensor';
import { expect, test } from 'vitest';
import { type EvaluationPair, evaluate } from './evaluate.js';
import { withOptions } from './metric.js';
import { psnr } from './psnr.js';
import { ssim } from './ssim.js';
import { totalVariation } from './total-variation.js';

test('gives a row a picture and the means', async () => {
  const pairs = [
    { name: 'near', result: grey(100), reference: grey(101) },
    { name: 'far', result: grey(100), reference: grey(110) },
  ];
  const { rows, mean } = await evaluate(pairs, [psnr, ssim]);
  expect(rows.map(row => row.name)).toEqual(['near', 'far']);
  // MSE 1 and 100: 20 dB apart.
  expect(rows[0]!.values.psnr).toBeCloseTo(20 * Math.log10(255), 10);
  expect(rows[1]!.values.psnr).toBeCloseTo(20 * Math.log10(25.5), 10);
  expect(mean.psnr).toBeCloseTo(20 * Math.log10(255) - 10, 10);
  expect(mean.ssim).toBeCloseTo((rows[0]!.values.ssim! + rows[1]!.values.ssim!) / 2, 12);
});

test('asks for a pair only when the one before is done, and reports each', async () => {
  const events: string[] = [];
  async function* pairs(): AsyncGenerator<EvaluationPair> {
    for (const name of ['a', 'b']) {
      events.push(`read ${name}`);
      yield { name, result: [grey(1), grey(2)], reference: [grey(1), grey(1)] };
    }
  }
  const { rows, mean } = await evaluate(pairs(), [psnr], {
    onProgress: added => events.push(`measured ${added.map(row => row.name).join(', ')}`),
  });
  expect(events).toEqual(['read a', 'measured a (1), a (2)', 'read b', 'measured b (1), b (2)']);
  expect(rows).toHaveLength(4);
  expect(mean.psnr).toBe(Number.POSITIVE_INFINITY);
});

test('numbers pairs without a name, and passes options on', async () => {
  const luma = withOptions(psnr, { channel: 'y', roundLuma: false });
  const { rows } = await evaluate([{ result: grey(100), reference: grey(110) }], [luma]);
  expect(rows[0]!.name).toBe('1');
  // Luma steps are 219/255 of grey steps.
  expect(rows[0]!.values.psnr).toBeCloseTo(20 * Math.log10(25.5 / (219 / 255)), 4);
});

test('shows variants of a metric side by side under their own names', async () => {
  const pair = { result: grey(100), reference: grey(110) };
  const luma = withOptions(psnr, { channel: 'y' }, { name: 'psnr-y' });
  expect(Object.keys((await evaluate([pair], [psnr, luma])).mean)).toEqual(['psnr', 'psnr-y']);
  await expect(evaluate([pair], [psnr, withOptions(psnr, {})])).rejects.toMatchObject({ code: 'metrics/option' });
});

test('leaves out what cannot be measured, if told to', async () => {
  const good = { name: 'good', result: grey(100), reference: grey(101) };
  const bad = { name: 'bad', result: grey(100), reference: { ...grey(100), width: 16, height: 9 } };
  await expect(evaluate([bad, good], [psnr])).rejects.toMatchObject({ code: 'picture/size' });
  const failed: unknown[] = [];
  const { rows } = await evaluate([bad, good], [psnr], { onError: (error, pair) => failed.push([error, pair]) });
  expect(rows.map(row => row.name)).toEqual(['good']);
  expect(failed).toEqual([[expect.objectContaining({ code: 'picture/size' }), bad]]);
  await expect(evaluate([bad], [psnr], { onError: () => {} })).rejects.toMatchObject({ code: 'metrics/pairs' });
});

test('needs a reference only where a metric compares', async () => {
  const alone = [{ name: 'alone', result: grey(100) }];
  expect((await evaluate(alone, [totalVariation])).rows[0]!.values).toEqual({ 'total-variation': 0 });
  await expect(evaluate(alone, [totalVariation, psnr])).rejects.toMatchObject({ code: 'metrics/reference' });
});

test('stops at its signal and needs a pair', async () => {
  const pair = { result: grey(1), reference: grey(2) };
  await expect(evaluate([pair], [psnr], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  await expect(evaluate([], [psnr])).rejects.toMatchObject({ code: 'metrics/pairs' });
});

function grey(value: number): Picture {
  return { data: new Uint8Array(144).fill(value), width: 12, height: 12, channels: 1 };
}
