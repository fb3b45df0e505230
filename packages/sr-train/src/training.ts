/** What `trainSteps` drives: a training of any kind, one step at a time. */
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Batch } from 'sr-data';
import type { ParameterSpecs, Parameters } from 'sr-tensor';

/**
 * A training of any kind: of a generator with or without discriminators (`Trainer`), of a structure extractor, of the weights
 * of a metric.
 *
 * It owns everything that has to be kept from one step to the next and, with `state` and `restore`, goes on exactly where it
 * was. It knows nothing of files, pictures, validation or how many steps there are.
 */
export interface Training<Net extends TrainedNetwork = TrainedNetwork, Sample = Batch> {
  /** What is validated and exported. */
  readonly network: Net;
  /** How many steps have been done. */
  readonly iteration: number;
  /** The learning rate of the next step, for the log. */
  readonly learningRate: number;
  /** How many batches a step takes. Default 1. */
  readonly batchesPerStep?: number;
  /**
   * What has to be done before the very first step and is kept in the state: measuring scales on a few batches, for
   * instance. Those batches come again in the steps. Not called when a training is resumed.
   */
  prepare?(next: () => Promise<Sample>): Promise<void>;
  /**
   * One step.
   *
   * @param batches as many as `batchesPerStep` says
   * @returns scalars by name, as they were before the step; the caller disposes them. The first that is not finite ends the
   *   training: those come first that others are made from. Such a step changes nothing, `iteration` neither, where reading
   *   them is free (`areFinite`)
   */
  step(...batches: Sample[]): Record<string, Scalar>;
  /** The parameters of `network`, averaged over the steps where they are, else a copy; the caller disposes them. */
  averaged(): Parameters;
  /**
   * Everything that the next step depends on, plain data (objects, arrays, numbers, Float32Array, WeightTensor).
   *
   * @throws `train/not-finite` if that is no longer worth keeping
   */
  state(): Promise<unknown>;
  /** Goes on from a state of the same recipe. */
  restore(state: unknown): void;
  dispose(): void;
}

/** A network of any kind: what a weight file and its card are made of. */
export interface TrainedNetwork {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: ParameterSpecs;
  /** The enlargement, of a network that enlarges. */
  readonly scale?: number;
}
