/** Which recipe `sr train` uses, and the changes of `--set`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SrError } from 'sr-tensor';
import { parseOverrides, type Recipe, recipeDescriptions, recipeFamilies, resolveRecipe } from 'sr-train';

/** The names that `sr train` knows. */
export const recipeNames: readonly string[] = Object.keys(recipeFamilies);

export interface RecipeListing {
  readonly name: string;
  readonly description: string;
  /** What can be chosen by `--set`, of each the default first. */
  readonly choices: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  /** Paper and sections. */
  readonly source: string;
}

/** All recipes, as `sr train --list` shows them. */
export function describeRecipes(): RecipeListing[] {
  return Object.entries(recipeFamilies).map(([name, family]) => ({
    name,
    description: recipeDescriptions[name]!,
    choices: family.choices,
    source: family().source,
  }));
}

/**
 * Finds a recipe by name, or reads it from a JSON file.
 *
 * @param changes `losses.pixel.weight=2`
 * @throws what `resolveRecipe` and `parseOverrides` throw; `file/not-found`; `recipe/invalid` for a file that is not JSON
 */
export async function openRecipe(nameOrFile: string, changes: readonly string[]): Promise<Recipe> {
  // What looks like a file is missed as a file.
  const isFile = !recipeNames.includes(nameOrFile) && (existsSync(nameOrFile) || /[/\\]|\.json$/.test(nameOrFile));
  return resolveRecipe(isFile ? await readRecipe(nameOrFile) : nameOrFile, parseOverrides(changes));
}

async function readRecipe(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    const message = `There is no file ${path}. Recipes that have a name: sr train --list.`;
    throw new SrError({ code: 'file/not-found', message, cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SrError({ code: 'recipe/invalid', message: `${path} is not JSON: ${(cause as Error).message}.`, cause });
  }
}
