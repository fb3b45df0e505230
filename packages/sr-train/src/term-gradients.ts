import {
  add,
  addN,
  dispose,
  keep,
  mul,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';

/** The terms of a loss, and the gradients of their sum by the names of the parameters. */
export interface TermGradients {
  readonly terms: Record<string, Scalar>;
  /** Of the parameters that the terms depend on. */
  readonly gradients: Record<string, Tensor>;
}

/** A pass of a network in training, forward and backward. */
export interface TrainingPass extends TermGradients {
  /** New values of buffers (running statistics) by name. */
  readonly updates: Record<string, Tensor>;
}

/**
 * Computes terms and the gradients of their sum for some parameters, and for no others.
 *
 * @param variables by the names of the parameters
 * @param terms is called once
 * @returns tensors that the caller disposes
 */
export function termGradients(
  variables: ReadonlyMap<string, Variable>,
  terms: () => Readonly<Record<string, Scalar>>,
): TermGradients {
  const kept: Record<string, Scalar> = {};
  const { value, grads } = variableGrads(() => {
    for (const [name, term] of Object.entries(terms())) kept[name] = keep(term);
    return addN(Object.values(kept)) as Scalar;
  }, [...variables.values()]);
  value.dispose();
  const gradients: Record<string, Tensor> = {};
  // tfjs names gradients by its own names of the variables.
  for (const [name, variable] of variables) if (grads[variable.name]) gradients[name] = grads[variable.name]!;
  return { terms: kept, gradients };
}

/** The sum of two, which are disposed. */
export function addGradients(a: TermGradients | undefined, b: TermGradients): TermGradients {
  if (a === undefined) return b;
  const sum = tidy(() => ({ terms: sums(a.terms, b.terms), gradients: sums(a.gradients, b.gradients) }));
  dispose([a.terms, a.gradients, b.terms, b.gradients]);
  return sum;
}

/** A sum of so many, as their mean; what is given is disposed. */
export function meanGradients(sum: TermGradients, count: number): TermGradients {
  if (count === 1) return sum;
  const share = <T extends Tensor>(tensors: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, mul<T>(tensor, 1 / count)]));
  const mean = tidy(() => ({ terms: share(sum.terms), gradients: share(sum.gradients) }));
  dispose([sum.terms, sum.gradients]);
  return mean;
}

function sums<T extends Tensor>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(a).map(([name, tensor]) => [name, add<T>(tensor, b[name]!)]));
}
