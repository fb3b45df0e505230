/** Recipes from what people and files say: defaults filled in, and errors that name the field. */
import { nearest } from 'sr-models';
import { SrError } from 'sr-tensor';
import { z } from 'zod';
import type { Recipe, RecipeInput, SuperResolutionInput, SuperResolutionRecipe } from './recipe.js';
import { recipeSchema } from './recipe-schema.js';

/**
 * A recipe in full: what is left out has its default.
 *
 * @throws as `checkRecipe`
 * @example
 * const recipe = defineRecipe({
 *   name: 'mine',
 *   network: { name: 'compact', config: { scale: 2 } },
 *   losses: { pixel: { kind: 'l1', weight: 1 } },
 *   optimizer: { kind: 'adam' },
 *   schedule: { kind: 'constant', learningRate: 1e-4 },
 *   steps: 1000,
 *   data: { batchSize: 16, patchSize: 48 },
 * });
 */
export function defineRecipe(recipe: SuperResolutionInput): SuperResolutionRecipe;
export function defineRecipe(recipe: RecipeInput): Recipe;
export function defineRecipe(recipe: RecipeInput): Recipe {
  return checkRecipe(recipe);
}

/**
 * Returns the recipe in full if it is one: with the default of every field that it leaves out.
 *
 * @throws `recipe/field` for a field that a recipe does not have (with the nearest that it has), `recipe/invalid` that
 *   names the first field whose value does not fit
 */
export function checkRecipe(recipe: unknown): Recipe {
  const asked = withTask(recipe);
  const { success, data, error } = recipeSchema.safeParse(asked);
  if (!success) {
    const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]!;
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') throw unknownField(path, issue.keys[0]!, fieldsAt(path, asked));
    throw invalid(path.join('.') || 'the whole', issue.message, error);
  }
  if (data.task === 'super-resolution') checkNames(data);
  if (data.task === 'style') {
    checkNames({ ...data, discriminators: {}, phases: {} });
    const { losses, trials } = data;
    if (trials !== null) checkName('trials.loss', trials.loss, losses, 'loss');
  }
  return data;
}

/**
 * The fields that the object at a path of a recipe may have, if its `kind` (or whatever tells its form) is this one.
 *
 * @param path of the object
 * @param recipe that holds it
 */
export function fieldsAt(path: readonly string[], recipe: unknown): string[] {
  let value: unknown = withTask(recipe);
  let schema = variantOf(recipeSchema, value);
  for (const key of path) {
    value = (value as Record<string, unknown> | undefined)?.[key];
    schema = variantOf(
      schema instanceof z.ZodRecord
        ? (schema.valueType as z.ZodType)
        : schema instanceof z.ZodArray
          ? (schema.element as z.ZodType)
          : (schema as z.ZodObject | undefined)?.shape?.[key],
      value,
    );
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** A schema without defaults around it and, of several, that which the value belongs to. */
function variantOf(schema: unknown, value: unknown): unknown {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  ) {
    return variantOf(schema.unwrap(), value);
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator } = schema.def;
  const told = (value as Record<string, unknown> | null | undefined)?.[discriminator];
  return (schema.options as readonly z.ZodObject[]).find(({ shape }) => shape[discriminator]!.safeParse(told).success);
}

function withTask(recipe: unknown): unknown {
  if (typeof recipe !== 'object' || recipe === null || 'task' in recipe) return recipe;
  return { task: 'super-resolution', ...recipe };
}

/** Checks that what a recipe refers to by name is there. */
function checkNames({
  losses,
  encoders,
  discriminators,
  phases,
}: Pick<SuperResolutionRecipe, 'losses' | 'encoders' | 'discriminators' | 'phases'>): void {
  for (const [name, loss] of Object.entries(losses)) {
    const path = `losses.${name}`;
    if ('encoder' in loss) checkName(`${path}.encoder`, loss.encoder, encoders, 'encoder');
    if ('discriminator' in loss)
      checkName(`${path}.discriminator`, loss.discriminator, discriminators, 'discriminator');
  }
  for (const [name, { sees }] of Object.entries(discriminators)) {
    if (sees.kind === 'features') checkName(`discriminators.${name}.sees.encoder`, sees.encoder, encoders, 'encoder');
  }
  for (const [name, phase] of Object.entries(phases)) {
    const path = `phases.${name}`;
    for (const loss of Object.keys(phase.losses)) checkName(`${path}.losses`, loss, losses, 'loss');
    for (const each of Object.keys(phase.discriminators)) {
      checkName(`${path}.discriminators`, each, discriminators, 'discriminator');
    }
  }
}

function checkName(path: string, name: string, known: object, what: string): void {
  if (Object.hasOwn(known, name)) return;
  const names = Object.keys(known);
  const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
  const hint = names.length === 0 ? '' : `. Did you mean "${nearest(name, names)}"?`;
  throw invalid(path, `there is no ${what} "${name}"; ${there}${hint}`);
}

function invalid(path: string, message: string, cause?: unknown): SrError {
  const end = message.endsWith('?') ? '' : '.';
  return new SrError({
    code: 'recipe/invalid',
    message: `Recipe: ${path}: ${message}${end}`,
    ...(cause !== undefined && { cause }),
  });
}

function unknownField(path: readonly string[], key: string, known: readonly string[]): SrError {
  const where = path.length === 0 ? 'A recipe' : `"${path.join('.')}"`;
  return new SrError({
    code: 'recipe/field',
    message: `${where} has no field "${key}"; it has ${known.join(', ')}. Did you mean "${[...path, nearest(key, known)].join('.')}"?`,
  });
}
