/**
 * An operation of our own as a kernel of tfjs: its value and its gradient in one place.
 *
 * `tf.customGrad` computes the gradients of all inputs, wanted or not. A registered operation computes only those
 * of the inputs that are asked for: frozen weights cost nothing, nor does the picture at the bottom of a network.
 */
import {
  backend,
  engine,
  getBackend,
  getGradient,
  getKernel,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

export interface OperationDefinition<Inputs, Attributes, Output extends Tensor | readonly Tensor[]> {
  /** Unique; tfjs lists it in profiles. */
  readonly name: string;
  /** How many outputs there are, where they are a list. */
  readonly outputs?: Output extends readonly Tensor[] ? Output['length'] : undefined;
  /** The value. Nothing inside is recorded, so that any kernel may be called. */
  forward(inputs: Inputs, attributes: Attributes): Output;
  /**
   * The gradient of each input by its name, computed when it is wanted from the gradient `dy` of the output `y`.
   * Recorded, so that it is differentiable in its turn. Of a list, outputs that nothing depends on have a gradient of zeros.
   */
  gradient(
    dy: Output,
    inputs: Inputs,
    attributes: Attributes,
    y: Output,
  ): { readonly [Name in keyof Inputs]?: () => Tensor };
}

/**
 * Makes an operation that runs on every backend and can be differentiated as often as what its gradient is made of.
 *
 * @returns a function of the inputs by name (one that is `undefined` counts as absent) and the attributes
 */
export function defineOperation<
  Inputs extends object,
  Attributes extends object,
  Output extends Tensor | readonly Tensor[],
>(definition: OperationDefinition<Inputs, Attributes, Output>): (inputs: Inputs, attributes: Attributes) => Output {
  return (inputs, attributes) => {
    const present = Object.entries(inputs).filter(([, tensor]) => tensor !== undefined) as [string, Tensor][];
    const names = present.map(([name]) => name);
    // tfjs saves a fixed list of inputs for the gradient: each combination of optional ones is a kernel of its own.
    const kernelName = `${definition.name}(${names.join()})`;
    register(kernelName, names, definition);
    const output = engine().runKernel(kernelName, Object.fromEntries(present) as NamedTensorMap, attributes as never);
    return output as Tensor | readonly Tensor[] as Output;
  };
}

function register<Inputs extends object, Attributes extends object, Output extends Tensor | readonly Tensor[]>(
  kernelName: string,
  names: string[],
  { outputs, forward, gradient }: OperationDefinition<Inputs, Attributes, Output>,
): void {
  // A backend has its name once it has been started, which its first use does.
  backend();
  const backendName = getBackend();
  if (getKernel(kernelName, backendName) !== undefined) return;
  registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tidy(() => forward(inputs as Inputs, attrs as unknown as Attributes) as Tensor | Tensor[]),
  });
  if (getGradient(kernelName) !== undefined) return;
  registerGradient({
    kernelName,
    inputsToSave: names,
    outputsToSave: Array<boolean>(outputs ?? 1).fill(true),
    gradFunc: (dy, saved, attributes) => {
      const inputs = Object.fromEntries(names.map((name, i) => [name, saved[i]])) as Inputs;
      const y = outputs === undefined ? saved.at(-1) : saved.slice(names.length);
      return gradient(
        dy as unknown as Output,
        inputs,
        attributes as unknown as Attributes,
        y as unknown as Output,
      ) as Record<string, () => Tensor>;
    },
  });
}
