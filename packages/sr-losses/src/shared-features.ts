/**
 * Features that several losses look at, computed once.
 *
 * `weighted` opens a round; within it, each encoder runs once for each tensor, as deep as the deepest of the losses
 * needs. A round is synchronous, as losses are.
 */
import { dispose, keep, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Encoder } from 'sr-tensor';

/** Layers of an encoder that a loss looks at. */
export interface FeatureRequest {
  readonly encoder: Encoder;
  readonly layers: readonly string[];
}

/** What a loss may say of itself, so that others beside it share its features. */
export interface FeatureUser {
  readonly features?: readonly FeatureRequest[];
}

interface Round {
  /** The union of the layers asked of each encoder. */
  readonly layers: ReadonlyMap<Encoder, ReadonlySet<string>>;
  readonly maps: Map<Encoder, Map<Tensor4D, Record<string, Tensor4D>>>;
}

let round: Round | undefined;

/** Runs `body`; the losses in it share features. Within another round it belongs to that one. */
export function sharingFeatures<T>(requests: readonly FeatureRequest[], body: () => T): T {
  if (round !== undefined || requests.length < 2) return body();
  const layers = new Map<Encoder, Set<string>>();
  for (const request of requests) {
    layers.set(request.encoder, new Set([...(layers.get(request.encoder) ?? []), ...request.layers]));
  }
  round = { layers, maps: new Map() };
  const { maps } = round;
  try {
    return body();
  } finally {
    round = undefined;
    // Gradients have kept what they need.
    for (const images of maps.values()) for (const features of images.values()) dispose(features);
  }
}

/** Runs `body` outside of the round: what it makes features of, no loss around it looks at. */
export function apartFromRound<T>(body: () => T): T {
  const around = round;
  round = undefined;
  try {
    return body();
  } finally {
    round = around;
  }
}

/** The features of images: those of the round, or the encoder's own. They belong to the round or to the caller's tidy. */
export function featuresOf(encoder: Encoder, images: Tensor4D, layers: readonly string[]): Record<string, Tensor4D> {
  const union = round?.layers.get(encoder);
  if (round === undefined || union === undefined) return encoder(images, { layers });
  const known = round.maps.get(encoder) ?? new Map<Tensor4D, Record<string, Tensor4D>>();
  round.maps.set(encoder, known);
  let features = known.get(images);
  if (features === undefined) {
    features = encoder(images, { layers: [...union] });
    for (const map of Object.values(features)) keep(map);
    known.set(images, features);
  }
  return features;
}
