import {
  add,
  clone,
  concat,
  dispose,
  grad,
  grads,
  mul,
  profile,
  randomUniform,
  slice,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkGradients, describeOnBackends, expectClose, expectNoLeaks } from 'sr-tensor/testing';
import { expect, test } from 'vitest';
import golden from '../golden/conv.json' with { type: 'json' };
import { type Conv2dOptions, conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2d-transpose.js';

interface Golden {
  shape: number[];
  data: number[];
}

interface Case {
  options: Record<string, unknown>;
  inputs: Record<string, Golden>;
  cotangent: Golden;
  y: Golden;
  gradients: Record<string, Golden>;
  penalty: Record<string, Golden>;
}

const { tolerance } = golden;
const load = ({ data, shape }: Golden): Tensor => tensor(data, shape);

/** The layer of a case as a function of its inputs, in the order x, weight, bias, slope. */
function layer(run: typeof conv2d, { inputs, options }: Case): (...tensors: Tensor[]) => Tensor4D {
  const names = Object.keys(inputs);
  return (...tensors) => {
    const { x, weight, bias, slope } = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    return run(x as Tensor4D, { weight: weight!, bias }, { ...options, ...(slope && { slope }) } as Conv2dOptions);
  };
}

describeOnBackends('conv2d and conv2dTranspose', () => {
  const kinds = [
    ['conv2d', conv2d, golden.conv2d],
    ['conv2dTranspose', conv2dTranspose, golden.conv2dTranspose],
  ] as const;
  for (const [name, run, cases] of kinds) {
    for (const item of cases as unknown as Case[]) {
      const kernel = item.inputs.weight!.shape.slice(0, 2).join('x');
      const title = `${name} ${kernel} ${JSON.stringify(item.options)}${item.inputs.bias ? '' : ' without bias'}`;

      test(`${title} equals PyTorch in value, gradients and their gradients`, async () => {
        const fn = layer(run as typeof conv2d, item);
        await expectNoLeaks(async () => {
          const inputs = Object.values(item.inputs).map(load);
          const cotangent = load(item.cotangent);
          const y = fn(...inputs);
          expect(y.shape).toEqual(item.y.shape);
          await expectClose(y, item.y.data, { tolerance });

          const weighted = (...tensors: Tensor[]): Tensor => sum(mul(fn(...tensors), cotangent));
          const gradients = grads(weighted as never)(inputs);
          for (const [i, name] of Object.keys(item.inputs).entries()) {
            await expectClose(gradients[i]!, item.gradients[name]!.data, { tolerance });
          }

          const penalty = (x: Tensor, ...others: Tensor[]): Tensor => {
            const half = (x: Tensor): Tensor => mul(sum(mul(square(fn(x, ...others)), cotangent)), 1 / 8);
            return mul(sum(square(grad(half)(x))), 0.5);
          };
          const second = grads(penalty as never)(inputs);
          for (const [i, name] of Object.keys(item.inputs).entries()) {
            await expectClose(second[i]!, item.penalty[name]!.data, { tolerance });
          }
          for (const t of [...inputs, cotangent, y, ...gradients, ...second]) t.dispose();
        });
      });
    }
  }

  test('has the gradients of finite differences, twice', async () => {
    const linear = (golden.conv2d as unknown as Case[]).filter(item => item.options.activation === undefined);
    for (const item of linear.slice(0, 8)) {
      const inputs = Object.values(item.inputs).map(load);
      const fn = layer(conv2d, item);
      await checkGradients(fn, inputs, { order: 2 });
      for (const t of inputs) t.dispose();
    }
    for (const item of golden.conv2dTranspose as unknown as Case[]) {
      const inputs = Object.values(item.inputs).map(load);
      await checkGradients(layer(conv2dTranspose as typeof conv2d, item), inputs, { order: 2 });
      for (const t of inputs) t.dispose();
    }
  });

  test.each([undefined, 'relu', 'leaky-relu'] as const)(
    'gives the same for a large batch as for its images, activation %s',
    async activation => {
      await expectNoLeaks(async () => {
        // More positions than the native backend has another convolution for.
        const x = randomUniform([2, 64, 40, 3], -1, 1, 'float32', 1) as Tensor4D;
        const layer = {
          weight: randomUniform([3, 3, 3, 8], -1, 1, 'float32', 2) as Tensor4D,
          bias: randomUniform([8], -1, 1, 'float32', 3) as Tensor1D,
        };
        const options = { ...(activation && { activation }), ...(activation === 'leaky-relu' && { slope: 0.2 }) };
        const whole = conv2d(x, layer, options);
        const parts = tidy(() =>
          concat([0, 1].map(i => conv2d(slice(x, [i, 0, 0, 0], [1, -1, -1, -1]), layer, options))),
        );
        await expectClose(whole, parts);
        dispose([x, layer.weight, layer.bias, whole, parts]);
      });
    },
  );

  test('gives the same whatever way a backend takes for small and large batches and channels', async () => {
    await expectNoLeaks(async () => {
      const x = randomUniform([2, 5, 6, 48], -1, 1, 'float32', 1) as Tensor4D;
      const weight = randomUniform([3, 3, 48, 48], -1, 1, 'float32', 2) as Tensor4D;
      const { whole, parts } = tidy(() => {
        const dy = randomUniform([2, 5, 6, 48], -1, 1, 'float32', 3);
        const gradients = (images: Tensor, outputs: Tensor): Tensor[] =>
          grads(((x: Tensor, w: Tensor) => sum(mul(conv2d(x as Tensor4D, { weight: w }), outputs))) as never)([
            images,
            slice(weight, [0, 0, 0, 0], [-1, -1, -1, outputs.shape[3]!]),
          ]);
        const all = gradients(x, dy);
        const halves = [0, 1].map(i => {
          const image = slice(x, [i, 0, 0, 0], [1, -1, -1, -1]);
          return gradients(image, slice(dy, [i, 0, 0, 0], [1, -1, -1, 24]));
        });
        const ofHalf = gradients(x, slice(dy, [0, 0, 0, 0], [-1, -1, -1, 24]));
        const firstOutputs = add(halves[0]![1]!, halves[1]![1]!);
        const whole = [slice(all[1]!, [0, 0, 0, 0], [-1, -1, -1, 24]), ofHalf[0]!, ofHalf[1]!];
        return { whole, parts: [firstOutputs, concat([halves[0]![0]!, halves[1]![0]!]), clone(firstOutputs)] };
      });
      for (const [i, part] of parts.entries()) await expectClose(whole[i]!, part);
      dispose([x, weight, ...whole, ...parts]);
    });
  });

  test('computes no gradient that nobody wants', async () => {
    const [x, weight] = [load(golden.conv2d[0]!.inputs.x) as Tensor4D, load(golden.conv2d[0]!.inputs.weight)];
    const { kernelNames } = await profile(() => grad(w => sum(conv2d(x, { weight: w })))(weight));
    expect(kernelNames.some(name => name.startsWith('sr.convFilter('))).toBe(true);
    expect(kernelNames.some(name => name.startsWith('sr.convInput('))).toBe(false);
    dispose([x, weight]);
  });
});

describeOnBackends('conv2d', () => {
  const x = (): Tensor4D => tensor(new Float32Array(2 * 4 * 4 * 2), [2, 4, 4, 2]);
  const weight = (): Tensor => tensor(new Float32Array(3 * 3 * 2 * 3), [3, 3, 2, 3]);

  test('names what does not fit', () => {
    expect(() => conv2d(x(), { weight: tensor(new Float32Array(27), [3, 3, 3, 1]) })).toThrow(
      'conv2d: weight: expected the shape [kernelHeight, kernelWidth, 2, out], received [3, 3, 3, 1].',
    );
    expect(() => conv2d(x(), { weight: weight(), bias: tensor([1, 2]) })).toThrow(
      'conv2d: bias: expected the shape [3]',
    );
    expect(() => conv2d(x(), { weight: weight() }, { activation: 'leaky-relu', slope: -1 })).toThrow(
      'conv2d: expected a number >= 0 as slope of "leaky-relu", received -1.',
    );
    expect(() => conv2d(x(), { weight: weight() }, { activation: 'prelu' })).toThrow('expected a tensor as slope');
    expect(() =>
      conv2dTranspose(x(), { weight: tensor(new Float32Array(54), [3, 3, 3, 2]) }, { outputPadding: 1 }),
    ).toThrow('expected an outputPadding below the stride 1, received 1');
  });
});
