import type { Encoder } from 'sr-tensor';
import { buildLoss } from './build-losses.js';
import { usedDiscriminators, weightsIn } from './build-trainer.js';
import { phasesOf } from './phases.js';
import type { SuperResolutionRecipe } from './recipe.js';

/** What says which layers of its encoders a training looks at. */
export type EncoderUser = Pick<SuperResolutionRecipe, 'losses' | 'encoders' | 'steps'> &
  Partial<Pick<SuperResolutionRecipe, 'discriminators' | 'phases'>>;

/**
 * The layers that a recipe asks of each of its encoders, in some phase; an encoder that nothing asks for is absent.
 *
 * @returns undefined in place of a list where the last layer is meant, whatever it is called
 */
export function neededLayers(recipe: EncoderUser): Map<string, readonly string[] | undefined> {
  const { discriminators = {}, phases: given = {} } = recipe;
  const phases = phasesOf({ phases: given, steps: recipe.steps });
  const needed = new Map<string, readonly string[] | undefined>();
  const ask = (encoder: string, layers: readonly (string | undefined)[]): void => {
    const known = needed.has(encoder) ? needed.get(encoder) : [];
    const all = [...(known ?? [undefined]), ...layers];
    needed.set(encoder, all.includes(undefined) ? undefined : [...new Set(all as string[])]);
  };
  for (const [name, loss] of phases.flatMap(phase => weightsIn(recipe, phase))) {
    if (!('encoder' in loss)) continue;
    const { requests = [] } = buildLoss(name, loss, { encoders: { [loss.encoder]: unloaded }, discriminators: {} });
    ask(
      loss.encoder,
      requests.flatMap(({ layers }) => layers),
    );
  }
  for (const name of usedDiscriminators({ losses: recipe.losses, discriminators }, phases)) {
    const { sees } = discriminators[name]!;
    if (sees.kind === 'features') ask(sees.encoder, [sees.layer]);
  }
  return needed;
}

/** Stands for an encoder while losses are asked what they need of it. */
const unloaded: Encoder = Object.assign(
  (): never => {
    throw new Error('This encoder has no weights.');
  },
  {
    encoderName: 'unloaded',
    layers: [],
    geometry: () => ({ channels: 1, stride: 1, receptiveField: 1 }),
    dispose: () => {},
  },
);
