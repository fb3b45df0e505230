/** A recipe: everything that decides what a training does, as data. The backend and the folders are not part of it. */
import type { CharbonnierPreset, Reduction } from 'sr-losses';
import { nearest } from 'sr-models';
import { SrError } from 'sr-tensor';
import { z } from 'zod';

export interface Recipe {
  /** As `sr train` calls it. */
  readonly name: string;
  /** The network family and its config, as in a model card. */
  readonly network: { readonly name: string; readonly config: Readonly<Record<string, unknown>> };
  /** What the parameters begin with; null: random numbers. */
  readonly init: RecipeInit | null;
  /** The terms of the loss by the names under which they are reported. */
  readonly losses: Readonly<Record<string, RecipeLoss>>;
  /** Adam; the learning rate is the schedule's. */
  readonly optimizer: {
    readonly kind: 'adam';
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
  };
  readonly schedule: RecipeSchedule;
  readonly steps: number;
  readonly data: {
    /** Patches a step. */
    readonly batchSize: number;
    /** Side of a patch before enlargement, in pixels. */
    readonly patchSize: number;
    /** Random flips and quarter turns. */
    readonly augment: boolean;
  };
  /** Decay of the moving average of the parameters, which is validated and exported; 0: none. */
  readonly emaDecay: number;
  /** The largest norm of all gradients together; null: no limit. */
  readonly clipNorm: number | null;
  readonly validation: {
    /** Steps between validations. */
    readonly every: number;
    /** Pictures of the data folder that are kept out of the training, unless there is a folder for validation. */
    readonly heldOut: number;
  };
  /** For the initial parameters, the patches, and the choice of the pictures held out. */
  readonly seed: number;
}

export interface RecipeInit {
  /** A weight file. */
  readonly weights: string;
  /** Whether parameters that the file lacks, or has in another shape, begin at random (else they are an error). */
  readonly partial: boolean;
}

export interface RecipeLoss {
  readonly kind: 'l1' | 'l2' | 'charbonnier';
  readonly weight: number;
  /** Charbonnier only. */
  readonly preset?: CharbonnierPreset | undefined;
  /** Charbonnier only; instead of the preset's. */
  readonly epsilon?: number | undefined;
  /** Default: the preset's for Charbonnier, else the mean. */
  readonly reduction?: Reduction | undefined;
}

/** The learning rate over the steps; `warmUp`: steps in which it grows evenly from near zero. */
export type RecipeSchedule =
  | { readonly kind: 'constant'; readonly learningRate: number; readonly warmUp: number }
  | {
      /** Half a cosine from the learning rate to the minimum, over all steps of the training. */
      readonly kind: 'cosine';
      readonly learningRate: number;
      readonly minimum: number;
      readonly warmUp: number;
    }
  | {
      /** Times the factor at each of the milestones. */
      readonly kind: 'step';
      readonly learningRate: number;
      readonly milestones: readonly number[];
      readonly factor: number;
      readonly warmUp: number;
    };

const positive = z.number().positive();
const count = z.int().positive();
const share = z.number().min(0).lt(1);
const rate = { learningRate: positive, warmUp: z.int().min(0) };

/** Checks that a value is a recipe; unknown fields are errors. */
export const recipeSchema: z.ZodType<Recipe> = z.strictObject({
  name: z.string(),
  network: z.strictObject({ name: z.string(), config: z.record(z.string(), z.unknown()) }),
  init: z.strictObject({ weights: z.string(), partial: z.boolean().default(false) }).nullable(),
  losses: z
    .record(
      z.string(),
      z.strictObject({
        kind: z.enum(['l1', 'l2', 'charbonnier']),
        weight: z.number(),
        preset: z.enum(['basicsr', 'lapsrn', 'lapsrn-paper']).optional(),
        epsilon: positive.optional(),
        reduction: z.enum(['mean', 'sum', 'batch-mean']).optional(),
      }),
    )
    .refine(losses => Object.keys(losses).length > 0, 'expected at least one loss'),
  optimizer: z.strictObject({
    kind: z.literal('adam'),
    beta1: share,
    beta2: share,
    epsilon: positive,
    weightDecay: z.number().min(0),
  }),
  schedule: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), ...rate }),
    z.strictObject({ kind: z.literal('cosine'), ...rate, minimum: z.number().min(0) }),
    z.strictObject({ kind: z.literal('step'), ...rate, milestones: z.array(count), factor: positive }),
  ]),
  steps: count,
  data: z.strictObject({ batchSize: count, patchSize: count, augment: z.boolean() }),
  emaDecay: share,
  clipNorm: positive.nullable(),
  validation: z.strictObject({ every: count, heldOut: z.int().min(0) }),
  seed: z.int().min(0),
});

/**
 * Returns the recipe if it is one.
 *
 * @throws `recipe/field` for a field that a recipe does not have (with the nearest that it has), `recipe/invalid` that
 *   names the first field whose value does not fit
 */
export function checkRecipe(recipe: unknown): Recipe {
  const { success, data, error } = recipeSchema.safeParse(recipe);
  if (success) return data;
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') throw unknownField(path, issue.keys[0]!, fieldsAt(path, recipe));
  throw new SrError({
    code: 'recipe/invalid',
    message: `Recipe: ${path.join('.') || 'the whole'}: ${issue.message}.`,
    cause: error,
  });
}

function unknownField(path: readonly string[], key: string, known: readonly string[]): SrError {
  const where = path.length === 0 ? 'A recipe' : `"${path.join('.')}"`;
  return new SrError({
    code: 'recipe/field',
    message: `${where} has no field "${key}"; it has ${known.join(', ')}. Did you mean "${[...path, nearest(key, known)].join('.')}"?`,
  });
}

/** The fields that the object at a path of a recipe may have. */
function fieldsAt(path: readonly string[], recipe: unknown): string[] {
  let schema: unknown = recipeSchema;
  let value = recipe;
  for (const key of path) {
    schema = schema instanceof z.ZodRecord ? schema.valueType : (schema as z.ZodObject).shape[key];
    value = (value as Record<string, unknown>)[key];
    if (schema instanceof z.ZodDiscriminatedUnion) {
      const { kind } = value as { kind: unknown };
      schema = (schema.options as readonly z.ZodObject[]).find(({ shape }) => shape.kind?.safeParse(kind).success);
    }
  }
  return Object.keys((schema as z.ZodObject).shape);
}
