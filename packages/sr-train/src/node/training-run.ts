import type { Model } from 'sr-tensor';
import type { TrainStep } from '../train-steps.js';

/** How a training ended. */
export interface TrainSummary {
  /** Steps that are done, of `steps`. */
  readonly iteration: number;
  readonly steps: number;
  /** All steps are done. */
  readonly finished: boolean;
  /** The signal of the system that ended it before, after saving. */
  readonly stoppedBy?: NodeJS.Signals;
  /** Best validation, by the first of the recipe's metrics; absent without validation. */
  readonly best?: { readonly iteration: number; readonly scores: Readonly<Record<string, number>> };
  /** Training time over all runs. */
  readonly seconds: number;
  /** The exported weights: those of the best validation, or without validation the last ones. */
  readonly weights?: string;
  readonly report?: string;
}

/** What a run needs to know. */
export interface RunParts {
  /** Gives every step; its `finally` runs when the loop is left. */
  readonly steps: AsyncGenerator<TrainStep, void, void>;
  /** How far it is; asked for when `steps` has ended, however it did. */
  readonly summary: () => TrainSummary;
  readonly loadBest: () => Promise<Model>;
}

/**
 * A training, to iterate over or to await.
 *
 * It begins when one of the two is done. Whoever iterates sets the pace; leaving the loop saves and ends the training.
 * Awaiting alone runs it to its end.
 *
 * @example
 * for await (const { iteration, losses } of run) console.log(iteration, losses);
 * const { best } = await run;
 */
export class TrainingRun implements AsyncIterable<TrainStep, void, void>, PromiseLike<TrainSummary> {
  readonly #parts: RunParts;
  #outcome: Promise<TrainSummary> | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Can be called once, before the run is awaited. */
  [Symbol.asyncIterator](): AsyncGenerator<TrainStep, void, void> {
    let settle: { resolve: (summary: TrainSummary) => void; reject: (error: unknown) => void };
    this.#outcome = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Whoever iterates gets the error; whoever does not also await must not be told twice.
    this.#outcome.catch(() => undefined);
    return this.#iterate(settle!);
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited like a promise
  then<A = TrainSummary, B = never>(
    onDone?: ((summary: TrainSummary) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#end().then(onDone, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<TrainSummary | B> {
    return this.#end().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<TrainSummary> {
    return this.#end().finally(onEnd);
  }

  /** Awaits the run and loads the network with its best parameters, which the caller disposes. */
  async best(): Promise<Model> {
    await this.#end();
    return this.#parts.loadBest();
  }

  #end(): Promise<TrainSummary> {
    this.#outcome ??= this.#drive();
    return this.#outcome;
  }

  async #drive(): Promise<TrainSummary> {
    for await (const _ of this.#parts.steps);
    return this.#parts.summary();
  }

  async *#iterate(settle: {
    resolve: (summary: TrainSummary) => void;
    reject: (error: unknown) => void;
  }): AsyncGenerator<TrainStep, void, void> {
    try {
      yield* this.#parts.steps;
    } catch (error) {
      settle.reject(error);
      throw error;
    } finally {
      settle.resolve(this.#parts.summary());
    }
  }
}
