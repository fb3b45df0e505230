import { SrError } from 'sr-tensor';

/**
 * Compares the recipe of a checkpoint with the one that is asked for, as JSON.
 *
 * @throws `train/recipe-changed` with the first field that differs and both values
 */
export function checkSameRecipe(saved: unknown, wanted: unknown): void {
  const path = firstDifference(saved, wanted, []);
  if (path === undefined) return;
  const [before, now] = [saved, wanted].map(recipe => JSON.stringify(valueAt(recipe, path)) ?? 'nothing');
  throw new SrError({
    code: 'train/recipe-changed',
    message: `The checkpoint was made by another recipe: ${path.join('.') || 'recipe'} was ${before}, now it is ${now}. Resume with the same recipe, or train into another folder.`,
  });
}

function firstDifference(a: unknown, b: unknown, path: string[]): string[] | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b) ? undefined : path;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = firstDifference(valueAt(a, [key]), valueAt(b, [key]), [...path, key]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
