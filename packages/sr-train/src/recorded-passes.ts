import { keep, type Tensor } from '@tensorflow/tfjs-core';
import { type NativeReplay, type Parameters, recordNative } from 'sr-tensor';

/** What a pass gives: tensors by name, in groups. */
type PassResult<Groups> = { readonly [Group in keyof Groups]: Readonly<Record<string, Tensor>> };

/**
 * Passes forward and backward that are done again and again with other values: on native TensorFlow those that can be
 * recorded (`recordNative`) are functions, which take up to 40 % less time.
 */
export class RecordedPasses {
  readonly #known: Known[] = [];

  /**
   * Does a pass; the first time, two or three times. What it depends on beside the inputs must follow from the key, and stay as it is until `forget`.
   *
   * @param key compared by identity
   * @param inputs whose values change; of any shapes
   * @param pass gives tensors that it keeps, in the same groups and by the same names each time
   */
  run<Result extends PassResult<Result>>(
    key: readonly unknown[],
    inputs: readonly Tensor[],
    pass: () => Result,
  ): Result {
    const shapes = inputs.map(({ shape }) => shape.join('x')).join();
    const known = this.#known.find(each => each.shapes === shapes && each.key.every((part, i) => part === key[i]));
    if (known?.replay !== undefined) return known.replay.run(inputs) as Result;
    if (known !== undefined || this.#known.length === MOST) return pass();
    let result: Result | undefined;
    const { outputs, replay } = recordNative(inputs, () => {
      result = pass();
      return tensorsOf(result);
    });
    const like = result!;
    this.#known.push({
      key,
      shapes,
      ...(replay && {
        replay: { run: values => grouped(like, replay(values).map(keep)), dispose: replay.dispose },
      }),
    });
    return grouped(like, outputs.map(keep));
  }

  /** Frees the functions: what the passes depend on has changed. */
  forget(): void {
    for (const { replay } of this.#known) replay?.dispose();
    this.#known.length = 0;
  }
}

/** Each holds constants and what TensorFlow makes of the function; batches of ever other sizes would fill the memory. */
const MOST = 24;

interface Known {
  readonly key: readonly unknown[];
  readonly shapes: string;
  /** Absent where it cannot be recorded. */
  readonly replay?: { run(inputs: readonly Tensor[]): object; dispose: NativeReplay['dispose'] };
}

/** The present values of parameters, as inputs. */
export function parameterTensors(parameters: Parameters): Tensor[] {
  return parameters.names().map(name => parameters.get(name));
}

function tensorsOf<Result extends PassResult<Result>>(result: Result): Tensor[] {
  return groupsOf(result).flatMap(([, group]) => Object.values(group));
}

function groupsOf<Result extends PassResult<Result>>(result: Result): [string, Readonly<Record<string, Tensor>>][] {
  return Object.entries<Readonly<Record<string, Tensor>>>(result);
}

/** The tensors in the groups and by the names of another result. */
function grouped<Result extends PassResult<Result>>(like: Result, tensors: readonly Tensor[]): Result {
  let next = 0;
  return Object.fromEntries(
    groupsOf(like).map(([name, group]) => [
      name,
      Object.fromEntries(Object.keys(group).map(key => [key, tensors[next++]!])),
    ]),
  ) as Result;
}
