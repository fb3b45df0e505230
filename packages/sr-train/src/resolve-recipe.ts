import { nearest } from 'sr-models';
import { SrError } from 'sr-tensor';
import { checkRecipe, type Recipe } from './recipe.js';
import { recipes } from './recipes/index.js';

/**
 * A recipe with some of its values changed.
 *
 * @param recipe the name of one, or one that is not yet checked (from a file)
 * @param overrides values by the path of their field, `{ 'losses.pixel.weight': 2, steps: 1000 }`. A loss of a new name
 *   is added, one that is set to null taken away. Of a schedule that becomes another `kind`, only the learning rate and
 *   the warm-up stay.
 * @throws `recipe/unknown` with the names there are, `recipe/field` for a field that a recipe does not have (with the
 *   nearest that it has), `recipe/invalid` for a value that does not fit
 * @example
 * const recipe = resolveRecipe('compact', { 'network.config.scale': 2, 'losses.pixel.kind': 'charbonnier' });
 */
export function resolveRecipe(recipe: string | object, overrides: Readonly<Record<string, unknown>> = {}): Recipe {
  const resolved = structuredClone(typeof recipe === 'string' ? findRecipe(recipe) : recipe) as Fields;
  for (const [path, value] of Object.entries(overrides)) override(resolved, path, value);
  return checkRecipe(resolved);
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

function findRecipe(name: string): Recipe {
  if (Object.hasOwn(recipes, name)) return recipes[name as keyof typeof recipes]();
  const names = Object.keys(recipes);
  throw new SrError({
    code: 'recipe/unknown',
    message: `There is no recipe "${name}"; there are ${names.join(', ')}. Did you mean "${nearest(name, names)}"?`,
  });
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
  if (path === 'schedule.kind' && value !== fields.kind) {
    recipe.schedule = { kind: value, learningRate: fields.learningRate, warmUp: fields.warmUp };
  } else if (value === null && keys.join() === 'losses') {
    delete fields[last];
  } else {
    fields[last] = value;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
