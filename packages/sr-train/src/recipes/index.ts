import { compact } from './compact.js';

/** The recipes there are, by name. */
export const recipes: { readonly compact: typeof compact } = { compact };

export type RecipeName = keyof typeof recipes;
