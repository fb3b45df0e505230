import { add, dispose, fill, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { Random } from 'sr-tensor';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks, gradientsOf } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import { type AdversarialPreset, adversarial } from './adversarial.js';
import golden from './golden/adversarial.json' with { type: 'json' };

const presets = Object.keys(golden.objectives) as AdversarialPreset[];

/** Fake and real logits, as tools/oracles/losses.py draws them. */
function logits(): [Tensor, Tensor] {
  const random = new Random(7);
  const draw = (): Tensor =>
    tensor(
      Float32Array.from({ length: 12 }, () => random.uniform(-2, 2)),
      [4, 3],
    );
  return [draw(), draw()];
}

describeOnBackends('adversarial', () => {
  test.each(presets)(`%s equals ${golden.tool} ${golden.version}`, async preset => {
    await expectNoLeaks(async () => {
      const [fake, real] = logits();
      const one = scalar(1);
      const objective = adversarial({ preset });
      for (const side of ['generator', 'discriminator'] as const) {
        const expected = golden.objectives[preset][side];
        const value = objective[side](fake, real);
        await expectClose(value, [expected.value], golden);
        const slopes = gradientsOf((f, r) => objective[side](f!, r!), [fake, real], one);
        await expectClose(await flat(slopes), expected.gradient, golden);
        dispose([value, ...slopes]);
      }
      dispose([fake, real, one]);
    });
  });

  test.each(presets)('%s has the gradients of its value', async preset => {
    const [fake, real] = logits();
    const { generator, discriminator } = adversarial({ preset });
    await checkGradients(f => generator(f, real), [fake], { order: 2 });
    await checkGradients((f, r) => discriminator(f, r), [fake, real], { order: 2 });
    dispose([fake, real]);
  });

  test('at equal logits is ln 2 a side', async () => {
    for (const level of [0, 3]) {
      const [fake, real] = [fill([4, 1], level), fill([4, 1], level)];
      const { generator, discriminator } = adversarial({ preset: 'ragan' });
      const values = [generator(fake, real), discriminator(fake, real)];
      for (const value of values) await expectClose(value, [Math.LN2]);
      dispose([fake, real, ...values]);
    }
    const zeros = fill([4, 1], 0);
    const { generator, discriminator } = adversarial();
    const { real, fake } = discriminator.terms(zeros, zeros);
    const forGenerator = generator(zeros);
    for (const value of [real, fake, forGenerator]) await expectClose(value, [Math.LN2]);
    dispose([zeros, real, fake, forGenerator]);
  });

  test.each(['ragan', 'ragan-paper'] as const)('%s ignores a number added to all logits', async preset => {
    const [fake, real] = logits();
    const [fake5, real5] = [add(fake, 5), add(real, 5)];
    const { generator, discriminator } = adversarial({ preset });
    const values = [
      generator(fake, real),
      generator(fake5, real5),
      discriminator(fake, real),
      discriminator(fake5, real5),
    ];
    await expectClose(values[1]!, values[0]!);
    await expectClose(values[3]!, values[2]!);
    dispose([fake, real, fake5, real5, ...values]);
  });
});

test('says what it expects', () => {
  expect(() => adversarial({ preset: 'gan' as AdversarialPreset })).toThrow(
    expect.objectContaining({ code: 'losses/preset', message: expect.stringContaining('vanilla or saturating') }),
  );
  const fake = fill([2, 1], 0);
  expect(() => adversarial({ preset: 'ragan' }).generator(fake)).toThrow(
    expect.objectContaining({ code: 'losses/real-logits' }),
  );
  fake.dispose();
});

async function flat(tensors: Tensor[]): Promise<number[]> {
  return (await Promise.all(tensors.map(x => x.data()))).flatMap(values => Array.from<number>(values));
}
