/** Which recipe `sr train` uses, and the changes of `--set`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SrError } from 'sr-tensor';
import { parseOverrides, type Recipe, recipes, resolveRecipe } from 'sr-train';

/** The names that `sr train` knows. */
export const recipeNames: readonly string[] = Object.keys(recipes);

/**
 * Finds a recipe by name, or reads it from a JSON file.
 *
 * @param changes `losses.pixel.weight=2`
 * @throws what `resolveRecipe` and `parseOverrides` throw; `recipe/invalid` for a file that is not JSON
 */
export async function openRecipe(nameOrFile: string, changes: readonly string[]): Promise<Recipe> {
  const isFile = !recipeNames.includes(nameOrFile) && existsSync(nameOrFile);
  return resolveRecipe(isFile ? await readRecipe(nameOrFile) : nameOrFile, parseOverrides(changes));
}

async function readRecipe(path: string): Promise<object> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SrError({ code: 'recipe/invalid', message: `${path} is not JSON: ${(cause as Error).message}.`, cause });
  }
}
