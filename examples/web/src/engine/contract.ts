/** What the page and its engine tell each other; plain data only. */
import type { ModelCard } from 'sr-tensor/weights';
import type { WeightsSource } from './weights-source.js';

export type BackendWish = 'auto' | 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** How the engine is to work. */
export interface EngineSettings {
  readonly backend: BackendWish;
  /** Whether it may start workers of its own. */
  readonly workers: boolean;
}

/** How far a network for fidelity is to go towards its perceptual form: from 0 to 1. */
export interface Detail {
  readonly form: WeightsSource;
  readonly amount: number;
}

/** Where the engine computes. */
export interface BackendInfo {
  readonly backend: string;
  readonly device: string;
  /** Why nothing better. */
  readonly reasons: readonly { readonly backend: string; readonly available: boolean; readonly reason: string }[];
}

/** A part of a picture, in pixels of the whole. */
export interface ImagePart {
  readonly image: ImageData;
  readonly left: number;
  readonly top: number;
  /** The size that it takes up in the whole; differs from its own where it is only a preview. */
  readonly width: number;
  readonly height: number;
}

export interface EnlargeJob {
  readonly file: Blob;
  readonly network: WeightsSource;
  readonly detail?: Detail | undefined;
  readonly scale: number;
  /** Pixels of the result from which on it is written to the browser's storage instead of memory. */
  readonly largestInMemory: number;
}

export type EnlargeEvent =
  | { readonly kind: 'opened'; readonly width: number; readonly height: number; readonly hasAlpha: boolean }
  | { readonly kind: 'before'; readonly part: ImagePart }
  | { readonly kind: 'after'; readonly part: ImagePart }
  | { readonly kind: 'progress'; readonly percent: number; readonly secondsLeft: number };

export interface EnlargeResult {
  /** A PNG. */
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly seconds: number;
  readonly backend: string;
}

export interface MeasureJob {
  readonly result: Blob;
  readonly reference: Blob;
  readonly channel: 'y' | 'rgb';
  readonly cropBorder: number;
  /** Resizes the result to the size of the reference first. */
  readonly resize: boolean;
  /** Weight files that the person gave. */
  readonly weights: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export type MeasureEvent =
  | { readonly kind: 'value'; readonly id: string; readonly value: number }
  | { readonly kind: 'failed'; readonly id: string; readonly why: string }
  | { readonly kind: 'map'; readonly id: string; readonly image: ImageData };

export interface StylizeJob {
  readonly photo: Blob;
  readonly style: WeightsSource;
  readonly options: StyleOptions;
  /** The longer side is made this large at most. */
  readonly largestSide: number;
}

export interface StyleOptions {
  readonly strength: number;
  readonly keepColor: 'none' | 'luma' | 'moments' | 'histogram';
  /** Of a network of several styles. */
  readonly mixture?: readonly number[];
  /** Another style, and how much of it: the two painted pictures are blended. */
  readonly second?: { readonly style: WeightsSource; readonly share: number };
  /** Opaque where the style is wanted; any size. */
  readonly mask?: ImageData;
}

export interface FrameJob {
  readonly frame: ImageData;
  readonly style: WeightsSource;
  readonly options: StyleOptions;
}

export interface OptimizeJob {
  readonly photo: Blob;
  readonly paintings: readonly { readonly file: Blob; readonly weight: number }[];
  /** SqueezeNet, AlexNet or VGG. */
  readonly encoder: { readonly name: string; readonly bytes: Uint8Array };
  readonly options: Omit<StyleOptions, 'mixture'>;
  readonly iterations: number;
  readonly largestSide: number;
  /** How much the style counts against the content: 1 is the preset's. */
  readonly styleWeight: number;
}

export interface OptimizeEvent {
  readonly iteration: number;
  readonly iterations: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly image: ImageData;
}

export interface PictureResult {
  readonly file: Blob;
  readonly image: ImageData;
  readonly seconds: number;
}

export interface FineTuneJob {
  readonly pictures: readonly Blob[];
  readonly network: WeightsSource;
  readonly steps: number;
  readonly learningRate: number;
  /** What the new weights are called. */
  readonly name: string;
}

export interface FineTuneStyleJob extends Omit<FineTuneJob, 'network'> {
  /** The style that is trained on. */
  readonly style: WeightsSource;
  /** What it is to paint like. */
  readonly painting: Blob;
  /** SqueezeNet. */
  readonly encoder: { readonly name: string; readonly bytes: Uint8Array };
}

export type FineTuneEvent =
  | {
      readonly kind: 'step';
      readonly iteration: number;
      readonly loss: number;
      readonly secondsLeft: number | undefined;
    }
  /** Of what was held out: PSNR in dB, or the objective of a style. */
  | { readonly kind: 'score'; readonly iteration: number; readonly score: number }
  | { readonly kind: 'sample'; readonly name: string; readonly image: ImageData };

export interface FineTuneResult {
  /** A safetensors file with a card. */
  readonly weights: Uint8Array;
  readonly card: ModelCard;
  /** The score before and after. */
  readonly before: number;
  readonly after: number;
  readonly seconds: number;
}
