/** Recipes with choices: the forms and variants in which a method was published, as functions of one name. */
import { SrError } from 'sr-tensor';
import { defineRecipe } from './check-recipe.js';
import type { Recipe, RecipeInput, SuperResolutionRecipe } from './recipe.js';

type Choice = string | number | boolean;

/** A recipe as a function of what can be chosen. */
export interface RecipeFamily<
  Choices extends Readonly<Record<string, Choice>> = Readonly<Record<string, Choice>>,
  Result extends Recipe = SuperResolutionRecipe,
> {
  /** The recipe in full; what is not chosen is the first of its choices. */
  (chosen?: Partial<Choices>): Result;
  /** What can be chosen, by name; `sr train NAME --set form=small` chooses. */
  readonly choices: { readonly [Name in keyof Choices]: readonly Choices[Name][] };
}

/**
 * A family of recipes.
 *
 * @param choices the values that can be chosen, by name, of each the default first
 * @param make the recipe of what is chosen
 * @returns a function that throws `recipe/invalid` for what is none of the choices, and whatever `checkRecipe` throws
 * @example
 * const mine: RecipeFamily<{ scale: 2 | 4 }> = recipeFamily({ scale: [4, 2] }, ({ scale }) => ({
 *   name: 'mine',
 *   network: { name: 'compact', config: { scale } },
 *   losses: { pixel: { kind: 'l1', weight: 1 } },
 *   optimizer: { kind: 'adam' },
 *   schedule: { kind: 'constant', learningRate: 1e-4 },
 *   steps: 1000,
 *   data: { batchSize: 16, patchSize: 48 },
 * }));
 */
export function recipeFamily<
  Choices extends Readonly<Record<string, Choice>>,
  Result extends Recipe = SuperResolutionRecipe,
>(
  choices: RecipeFamily<Choices, Result>['choices'],
  make: (chosen: Choices) => RecipeInput,
): RecipeFamily<Choices, Result> {
  const family = (chosen: Partial<Choices> = {}): Result => {
    for (const [name, value] of Object.entries(chosen)) {
      const known: readonly Choice[] | undefined = Object.hasOwn(choices, name) ? choices[name] : undefined;
      if (value === undefined || known?.includes(value)) continue;
      throw new SrError({
        code: 'recipe/invalid',
        message:
          known === undefined
            ? `Recipe: there is no choice "${name}"; there are ${Object.keys(choices).join(', ')}.`
            : `Recipe: ${name}: expected one of ${known.join(', ')}, received ${JSON.stringify(value)}.`,
      });
    }
    const defaults = Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, values[0]]));
    return defineRecipe(make({ ...defaults, ...chosen } as Choices)) as Result;
  };
  return Object.assign(family, { choices });
}
