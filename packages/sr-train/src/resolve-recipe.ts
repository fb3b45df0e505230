import { nearest } from 'sr-models';
import { SrError } from 'sr-tensor';
import { checkRecipe, fieldsAt } from './check-recipe.js';
import type { Recipe, SuperResolutionInput, SuperResolutionRecipe } from './recipe.js';
import type { RecipeFamily } from './recipe-family.js';
import { recipeFamilies } from './recipes/index.js';

/**
 * A recipe with some of its values changed.
 *
 * @param recipe the name of one, or one that is not yet checked (from a file)
 * @param overrides values by the path of their field, `{ 'losses.pixel.weight': 2, steps: 1000 }`, or choices of the recipe
 *   (`{ form: 'small' }`). A loss, encoder, discriminator or phase of a new name is added, one that is set to null taken
 *   away. Of what becomes another `kind`, the fields stay that this one has too.
 * @throws `recipe/unknown` with the names there are, `recipe/field` for a field that a recipe does not have (with the
 *   nearest that it has), `recipe/invalid` for a value that does not fit
 * @example
 * const recipe = resolveRecipe('compact', { 'network.config.scale': 2, 'losses.pixel.kind': 'charbonnier' });
 */
export function resolveRecipe(
  recipe: SuperResolutionInput,
  overrides?: Readonly<Record<string, unknown>>,
): SuperResolutionRecipe;
export function resolveRecipe(recipe: string | object, overrides?: Readonly<Record<string, unknown>>): Recipe;
export function resolveRecipe(recipe: string | object, overrides: Readonly<Record<string, unknown>> = {}): Recipe {
  const changes = Object.entries(overrides);
  if (typeof recipe !== 'string') return changed(structuredClone(recipe), changes);
  const family = findRecipe(recipe);
  const isChoice = ([path]: readonly [string, unknown]): boolean => Object.hasOwn(family.choices, path);
  const chosen = family(Object.fromEntries(changes.filter(isChoice)) as Parameters<RecipeFamily>[0]);
  const others = changes.filter(change => !isChoice(change));
  return changed(structuredClone(chosen), others);
}

/**
 * Overrides from texts such as `losses.pixel.weight=2`, as a command line gives them.
 *
 * A value is read as JSON where it is JSON, else taken as text.
 *
 * @throws `recipe/field` for a text without `=`
 * @example
 * const recipe = resolveRecipe('compact', parseOverrides(['steps=1000', 'losses.pixel.kind=l2']));
 */
export function parseOverrides(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    texts.map(text => {
      const equals = text.indexOf('=');
      if (equals > 0) return [text.slice(0, equals).trim(), parseValue(text.slice(equals + 1).trim())];
      throw new SrError({ code: 'recipe/field', message: `Expected field=value, received "${text}".` });
    }),
  );
}

type Fields = Record<string, unknown>;

function findRecipe(name: string): (typeof recipeFamilies)[string] {
  if (Object.hasOwn(recipeFamilies, name)) return recipeFamilies[name]!;
  const names = Object.keys(recipeFamilies);
  throw new SrError({
    code: 'recipe/unknown',
    message: `There is no recipe "${name}"; there are ${names.join(', ')}. Did you mean "${nearest(name, names)}"?`,
  });
}

/** What a recipe has several of, by names of one's own. */
const named = ['losses', 'encoders', 'discriminators', 'phases'];

function changed(recipe: object, changes: readonly (readonly [string, unknown])[]): Recipe {
  for (const [path, value] of changes) override(recipe as Fields, path, value);
  return checkRecipe(recipe);
}

/** Sets the value at a path; whether a recipe has such a field is found out by the check of the whole. */
function override(recipe: Fields, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let fields = recipe;
  for (const key of keys) {
    if (!Object.hasOwn(fields, key) || !isFields(fields[key])) fields[key] = {};
    fields = fields[key] as Fields;
  }
  if (value === null && named.includes(keys.join('.'))) {
    delete fields[last];
    return;
  }
  const isOther = last === 'kind' && value !== fields.kind;
  fields[last] = value;
  if (!isOther) return;
  const known = fieldsAt(keys, recipe);
  // Of a kind that there is not, the check says so.
  if (known.length > 0) for (const key of Object.keys(fields)) if (!known.includes(key)) delete fields[key];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
