import { tensor1d } from '@tensorflow/tfjs-core';
import { Parameters, zeros } from 'sr-tensor';
import { describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { Ema } from './ema.js';

const specs = {
  'a.weight': { shape: [2], layout: 'plain', init: zeros },
  'a.bias': { shape: [1], layout: 'plain', init: zeros },
} as const;

describeOnBackends('Ema', () => {
  test('moves by a share of the distance, parameter by parameter', async () => {
    await expectNoLeaks(async () => {
      const parameters = Parameters.create(specs);
      const ema = new Ema(parameters, 0.75);
      assign(parameters, 'a.weight', [4, 8]);
      assign(parameters, 'a.bias', [-1]);
      ema.update(parameters);
      assign(parameters, 'a.weight', [1, 2]);
      ema.update(parameters);
      // From 0: 4 / 4 = 1, then (3 * 1 + 1) / 4 = 1; 8 / 4 = 2, then (3 * 2 + 2) / 4 = 2; -1 / 4, then -7 / 16.
      const averaged = ema.toParameters(parameters);
      await expectClose(averaged.get('a.weight'), [1, 2]);
      await expectClose(averaged.get('a.bias'), [-7 / 16]);
      // The parameters themselves stay as they are.
      await expectClose(parameters.get('a.weight'), [1, 2]);
      const other = new Ema(parameters, 0.75);
      other.restore(await ema.state());
      expect(await other.state()).toEqual(await ema.state());
      for (const disposable of [averaged, parameters, ema, other]) disposable.dispose();
    });
  });
});

function assign(parameters: Parameters, name: string, values: number[]): void {
  const tensor = tensor1d(values);
  parameters.get(name).assign(tensor);
  tensor.dispose();
}
