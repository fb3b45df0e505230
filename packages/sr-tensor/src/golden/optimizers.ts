import {
  add,
  mul,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';

/** The functions that tools/oracles/optimizers.py minimises. */
export const functions: Readonly<Record<string, (x: Tensor) => Scalar>> = {
  rosenbrock: x => {
    const a = slice(x, 0, 1);
    const b = slice(x, 1, 1);
    return sum(add(square(sub(1, a)), mul(square(sub(b, square(a))), 100)));
  },
  quadratic: x => mul(sum(mul(tensor1d([1, 2, 3, 4, 5, 6, 7, 8]), square(sub(x, 1)))), 0.5),
};

/** A variable and nothing else: the tensor it was made from is disposed. */
export function variableOf(values: ArrayLike<number>, shape: number[]): Variable {
  const initial = tensor(Float32Array.from(values), shape);
  const made = variable(initial);
  initial.dispose();
  return made;
}

export function variable1d(values: ArrayLike<number>): Variable {
  return variableOf(values, [values.length]);
}
