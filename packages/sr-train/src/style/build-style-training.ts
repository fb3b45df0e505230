import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import { type PreparedLoss, weighted } from 'sr-losses';
import { type Encoder, type Picture, pictureToTensor, SrError } from 'sr-tensor';
import type { WeightTensor } from 'sr-tensor/weights';
import { type StyleNetworkOptions, styleNetwork } from 'style-transfer';
import { buildLoss } from '../build-losses.js';
import { playerOf } from '../player-of.js';
import type { StyleRecipe } from './style-recipe.js';
import { type NamedPicture, type StyleObjective, StyleTraining } from './style-training.js';

export interface BuildStyleTrainingOptions {
  /** A picture for each style, of the size in which its matrices are computed. */
  readonly styles: readonly Picture[];
  /** The encoders of the recipe by name; the training disposes them. */
  readonly encoders: Readonly<Record<string, Encoder>>;
  /** Initial parameters (PyTorch's names and order of axes); default: random ones, whatever the recipe's `init` says. */
  readonly init?: ReadonlyMap<string, WeightTensor> | undefined;
  /** Pictures to validate on. */
  readonly heldOut?: readonly NamedPicture[];
}

type Term = (painted: Tensor4D, content: Tensor4D) => ReturnType<PreparedLoss>;

/**
 * The training of a style network that a recipe describes. The matrices of the styles are computed now, and once.
 *
 * @param recipe whose durations are in steps (`inSteps`)
 * @throws `recipe/invalid` for other than one picture a style, for pictures or patches that are too small for a layer, and for
 *   trials without pictures held out; `weights/...` for initial parameters of another network, `network/config`, `losses/...`
 * @example
 * const recipe = recipes.johnsonStyle({ form: 'small' });
 * const training = buildStyleTraining(recipe, { styles: [painting], encoders: { feature: await loadSqueezeNet() } });
 */
export function buildStyleTraining(
  recipe: StyleRecipe,
  { styles, encoders, init, heldOut = [] }: BuildStyleTrainingOptions,
): StyleTraining {
  const { losses, trials, seed } = recipe;
  const network = networkOf(recipe, styles.length);
  if (trials !== null && heldOut.length === 0) {
    throw invalid(
      'trials: expected pictures to validate on, received none. Give more pictures, or set validation.heldOut',
    );
  }
  checkSizes(recipe, styles, encoders);
  const built = Object.entries(losses).map(
    ([name, loss]) => [name, loss.weight, buildLoss(name, loss, { encoders, discriminators: {} })] as const,
  );
  const prepared: PreparedLoss[] = [];
  const terms = styles.map(picture => {
    const target = pictureToTensor(picture);
    const ofStyle = built.map(([name, weight, { term, prepare }]): [string, number, Term] => {
      if (prepare === undefined) {
        const ofContent: Term = (painted, content) => term({ image: painted }, { input: content, target: content });
        return [name, weight, Object.assign(ofContent, { features: term.features ?? [] })];
      }
      const loss = prepare(target);
      prepared.push(loss);
      return [name, weight, Object.assign((painted: Tensor4D) => loss(painted), { features: loss.features ?? [] })];
    });
    dispose(target);
    return ofStyle;
  });
  return new StyleTraining({
    network,
    player: () => ({ ...playerOf(recipe, seed), init }),
    objectives: weights =>
      terms.map(
        (ofStyle): StyleObjective =>
          weighted<string, [Tensor4D, Tensor4D]>(
            Object.fromEntries(ofStyle.map(([name, weight, term]) => [name, [weights[name] ?? weight, term]])),
          ),
      ),
    ...(trials !== null && { trials: { ...trials, steps: trials.steps as number } }),
    heldOut,
    // Of its own, beside that of the parameters.
    seed: seed + 1,
    owned: [...prepared, ...Object.values(encoders)],
  });
}

/** The network of a recipe, for as many styles as it is given. */
export function networkOf(
  { network: { config } }: Pick<StyleRecipe, 'network'>,
  styles: number,
): ReturnType<typeof styleNetwork> {
  const network = styleNetwork({ styles, ...(config as StyleNetworkOptions) });
  if (network.config.styles === styles) return network;
  throw invalid(`style: expected a picture for each of ${network.config.styles} styles, received ${styles}`);
}

/** Throws `recipe/invalid` where a layer has no feature for a picture. */
function checkSizes(
  { losses, data }: StyleRecipe,
  styles: readonly Picture[],
  encoders: Readonly<Record<string, Encoder>>,
): void {
  const sides = [
    ...[data.patchSize].flat().map(side => ['data.patchSize', side] as const),
    ...styles.map(({ width, height }) => ['style', Math.min(width, height)] as const),
  ];
  for (const [name, loss] of Object.entries(losses)) {
    if (!('encoder' in loss)) continue;
    const { leastSize } = encoders[loss.encoder] as { leastSize?: (layer: string) => number };
    const { requests = [] } = buildLoss(name, loss, { encoders, discriminators: {} });
    for (const layer of requests.flatMap(({ layers }) => layers)) {
      const least = leastSize?.(layer) ?? 1;
      const small = sides.find(([, side]) => side < least);
      if (small === undefined) continue;
      throw invalid(`${small[0]}: expected at least ${least} pixels for the layer ${layer}, received ${small[1]}`);
    }
  }
}

function invalid(message: string): SrError {
  return new SrError({ code: 'recipe/invalid', message: `Recipe: ${message}.` });
}
