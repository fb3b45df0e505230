/** What the recipes of SPSR share: its losses, whom they look at, and its schedule. */
import type { RecipeLoss, SuperResolutionInput } from '../recipe.js';
import { deepest, perceptualValidation, squeezed, vgg19Or } from './perceptual.js';

export type SpsrForm = 'paper' | 'code' | 'small';

/** Which of two losses of a kind there are. */
export type Sides = 'both' | 'pixel' | 'adversarial' | 'none';

/** What tells structure: an extractor that was trained here, a published network, or an untrained extractor. */
export type Extractor = 'nse' | 'vgg' | 'resnet' | 'random';

export const sides = ['both', 'pixel', 'adversarial', 'none'] as const;
export const extractors = ['nse', 'vgg', 'resnet', 'random'] as const;

export const spsrSource = 'Ma et al., "Structure-preserving image super-resolution", TPAMI 2021, sections 3 and 5.1';

/** Side of the pictures in training. */
const sideOf = (form: SpsrForm): number => (form === 'small' ? 64 : 128);

type Parts = Required<Pick<SuperResolutionInput, 'losses' | 'encoders' | 'discriminators'>>;

/** What every recipe has: features of VGG-19 and pixels (weights as in ESRGAN). */
export function baseParts(form: SpsrForm): Parts {
  const isSmall = form === 'small';
  return {
    losses: {
      perceptual: {
        kind: 'feature',
        encoder: 'perceptual',
        preset: 'esrgan',
        weight: isSmall ? squeezed : 1,
        ...(isSmall && { layers: [deepest] }),
      },
      pixel: { kind: 'l1', weight: 0.01 },
    },
    encoders: { perceptual: vgg19Or(isSmall) },
    discriminators: {},
  };
}

/** A discriminator of pictures. */
export function pictureParts(form: SpsrForm): Parts {
  return {
    losses: { adversarial: { kind: 'adversarial', discriminator: 'picture', weight: 0.005 } },
    encoders: {},
    discriminators: { picture: { network: discriminator(form), objective: 'ragan' } },
  };
}

/** The gradient loss: of maps, and by a discriminator of them. The code squares and pads by two pixels. */
export function gradientParts(form: SpsrForm, which: Sides): Parts {
  const preset = form === 'code' ? 'code' : 'paper';
  return {
    losses: {
      gradient: { kind: 'gradient-map', preset, weight: which === 'both' || which === 'pixel' ? 0.01 : 0 },
      gradientAdversarial: {
        kind: 'adversarial',
        discriminator: 'gradient',
        weight: which === 'both' || which === 'adversarial' ? 0.005 : 0,
      },
    },
    encoders: {},
    discriminators: {
      gradient: {
        network: discriminator(form),
        objective: 'ragan',
        sees: { kind: 'gradient-map', padding: form === 'code' ? 2 : 1 },
      },
    },
  };
}

/** What the gradient branch gives against the gradient map of the target. */
export const branchLoss: RecipeLoss = { kind: 'gradient-map', output: 'gradient', weight: 0.5 };

/**
 * The structure loss: of the features of an extractor, and by a discriminator of them. The paper's weights are not known: 1,
 * and the one that pictures have; its table IV tries others (losses.structure.weight, losses.structureAdversarial.weight).
 */
export function structureParts(form: SpsrForm, which: Sides, extractor: Extractor | 'jigsaw'): Parts {
  const { network, weights, layer, stride, channels } = looks(form)[extractor];
  return {
    losses: {
      structure: {
        kind: 'structure',
        encoder: 'structure',
        layer,
        weight: which === 'both' || which === 'pixel' ? 1 : 0,
      },
      structureAdversarial: {
        kind: 'adversarial',
        discriminator: 'structure',
        weight: which === 'both' || which === 'adversarial' ? 0.005 : 0,
      },
    },
    encoders: { structure: { network, ...(weights && { weights }) } },
    discriminators: {
      structure: {
        network: {
          name: 'vgg-discriminator',
          config: { size: sideOf(form) / stride, channels, ...(form === 'small' && { features: 16 }) },
        },
        objective: 'ragan',
        sees: { kind: 'features', encoder: 'structure', layer },
      },
    },
  };
}

/** Optimizer, schedule and data, but for what pictures are cut from. */
export function trainingParts(
  form: SpsrForm,
): Pick<SuperResolutionInput, 'optimizer' | 'schedule' | 'steps' | 'data' | 'validation'> {
  const isSmall = form === 'small';
  return {
    optimizer: { kind: 'adam' },
    schedule: {
      kind: 'step',
      learningRate: 1e-4,
      milestones: isSmall ? [1000, 2000] : [50_000, 100_000, 200_000, 300_000],
      factor: 0.5,
    },
    // Of at most 500,000 in the code the authors took about 400,000.
    steps: isSmall ? 2000 : form === 'code' ? 500_000 : 400_000,
    data: {
      batchSize: isSmall ? 8 : form === 'code' ? 30 : 15,
      patchSize: sideOf(form) / 4,
      tiles: !isSmall,
    },
    validation: perceptualValidation(isSmall),
  };
}

/** Parts together. */
export function together(...parts: readonly Parts[]): Parts {
  return {
    losses: Object.assign({}, ...parts.map(({ losses }) => losses)),
    encoders: Object.assign({}, ...parts.map(({ encoders }) => encoders)),
    discriminators: Object.assign({}, ...parts.map(({ discriminators }) => discriminators)),
  };
}

function discriminator(form: SpsrForm): { name: string; config: Readonly<Record<string, unknown>> } {
  return {
    name: 'vgg-discriminator',
    config: { size: sideOf(form), ...(form === 'small' && { features: 16 }) },
  };
}

interface Look {
  readonly network: 'nse' | 'vgg19' | 'resnet18' | 'squeezenet';
  readonly weights?: string;
  readonly layer: string;
  readonly stride: number;
  readonly channels: number;
}

/** Which features of which network, and their stride and channels. */
function looks(form: SpsrForm): Readonly<Record<Extractor | 'jigsaw', Look>> {
  const nse: Look = { network: 'nse', layer: 'conv6', stride: 4, channels: 32 };
  return {
    nse,
    jigsaw: { ...nse, weights: 'runs/nse-jigsaw' },
    random: { ...nse, weights: 'random' },
    // Section 5.4: the fourth convolution after the fourth pooling, and conv4_2; of small pictures less deep ones.
    ...(form === 'small'
      ? {
          vgg: { network: 'squeezenet', layer: 'fire5/linear', stride: 8, channels: 256 },
          resnet: { network: 'resnet18', layer: 'conv3_2', stride: 8, channels: 128 },
        }
      : {
          vgg: { network: 'vgg19', layer: 'conv5_4', stride: 16, channels: 512 },
          resnet: { network: 'resnet18', layer: 'conv4_2', stride: 16, channels: 256 },
        }),
  };
}
