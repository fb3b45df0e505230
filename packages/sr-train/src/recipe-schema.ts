/** The check of recipes: what fields they have, what values fit, and the defaults of what is left out. */
import type { Degradation, DegradationStep, PreparationStep } from 'sr-data';
import { z } from 'zod';
import type {
  Duration,
  EncoderName,
  Recipe,
  RecipeBase,
  RecipeData,
  RecipeDiscriminator,
  RecipeEncoder,
  RecipeInit,
  RecipeOptimizer,
  RecipePhase,
  RecipeSchedule,
  RecipeView,
} from './recipe.js';
import { lossSchema } from './recipe-loss.js';
import { type Pretext, pretexts } from './structure/pretext-task.js';

const positive = z.number().positive();
const count = z.int().positive();
const share = z.number().min(0).lt(1);

const epochs = z.templateLiteral([z.number().positive(), ' epochs']);
const durationError = 'expected a number of steps, or of epochs such as "200 epochs"';
const duration: z.ZodType<Duration> = z.union([count, epochs], { error: durationError });
const durationOrZero: z.ZodType<Duration> = z.union([z.int().min(0), epochs], { error: durationError });

const pattern = z.string().refine(text => isRegularExpression(text), 'expected a regular expression');

const network = z.strictObject({ name: z.string(), config: z.record(z.string(), z.unknown()).default({}) });

const init: z.ZodType<RecipeInit | null> = z
  .strictObject({ weights: z.string(), partial: z.boolean().default(false), widen: z.boolean().default(false) })
  .nullable()
  .default(null);

const optimizerBase = {
  weightDecay: z.number().min(0).default(0),
  rates: z.record(pattern, z.number().min(0)).default({}),
};

// Kingma and Ba 2015, algorithm 1.
const adam = { beta1: share.default(0.9), beta2: share.default(0.999), epsilon: positive.default(1e-8) };

/** Of the networks that a recipe trains; the defaults are those of PyTorch. */
const optimizerSchema: z.ZodType<RecipeOptimizer> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('adam'), ...adam, ...optimizerBase }),
  // Jordan et al. 2024.
  z.strictObject({ kind: z.literal('muon'), momentum: share.default(0.95), ...adam, ...optimizerBase }),
  z.strictObject({ kind: z.literal('sgd'), momentum: share.default(0), ...optimizerBase }),
]);

const rate = { learningRate: positive, warmUp: durationOrZero.default(0) };

const scheduleSchema: z.ZodType<RecipeSchedule> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ...rate }),
  z.strictObject({ kind: z.literal('linear'), ...rate, from: durationOrZero }),
  z.strictObject({ kind: z.literal('cosine'), ...rate, minimum: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('cosine-restarts'),
    ...rate,
    minimum: z.number().min(0),
    periods: z.array(duration).min(1),
  }),
  z.strictObject({ kind: z.literal('step'), ...rate, milestones: z.array(duration), factor: positive }),
  z.strictObject({ kind: z.literal('every'), ...rate, every: duration, factor: positive }),
]);

const resizing = { preset: z.enum(['matlab', 'pil', 'torch']).optional() };

const degradation: z.ZodType<Degradation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['bicubic', 'lanczos']), ...resizing, antialias: z.boolean().optional() }),
  z.strictObject({
    kind: z.literal('blur-bicubic'),
    sigma: positive.optional(),
    size: count.optional(),
    ...resizing,
  }),
  z.strictObject({ kind: z.literal('random'), order: z.literal([1, 2]).optional() }),
  // sr-data checks the steps themselves.
  z.strictObject({
    kind: z.literal('steps'),
    steps: z.array(z.custom<DegradationStep>(step => isStep(step), 'expected steps, each with a type')),
  }),
]) as z.ZodType<Degradation>;

const preparation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('center'), width: count, height: count }),
  z.strictObject({ type: z.literal('multiple'), of: count }),
  z.strictObject({
    type: z.literal('resize'),
    width: count,
    height: count,
    ...resizing,
    kernel: z.enum(['cubic', 'linear', 'nearest', 'lanczos']).optional(),
  }),
]) as unknown as z.ZodType<PreparationStep>;

const data: z.ZodType<RecipeData> = z.strictObject({
  batchSize: count,
  patchSize: z.union([count, z.array(count).min(1)], { error: 'expected a whole number from 1, or several' }),
  augment: z.union([z.boolean(), z.literal('flip')], { error: 'expected true, false or "flip"' }).default(true),
  prepare: z.array(preparation).default([]),
  crop: z.enum(['random', 'center']).default('random'),
  zoom: z.tuple([positive, positive]).nullable().default(null),
  tiles: z
    .union(
      [
        z.boolean(),
        z.strictObject({ size: count.optional(), step: count.optional(), threshold: z.int().min(0).optional() }),
      ],
      { error: 'expected true, false or { size, step, threshold }' },
    )
    .default(false) as z.ZodType<RecipeData['tiles']>,
  degradation: degradation.prefault({ kind: 'bicubic' }),
  masks: count.nullable().default(null),
  epoch: count.nullable().default(null),
});

/** The fields of `RecipeBase`: what the schema of every task holds. */
const baseFields: { [Field in keyof RecipeBase]: z.ZodType<RecipeBase[Field]> } = {
  name: z.string(),
  form: z.enum(['paper', 'code', 'small']).default('paper'),
  source: z.string().default(''),
  network,
  init,
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  steps: duration,
  data,
  emaDecay: share.default(0),
  clipNorm: positive.nullable().default(null),
  validation: z
    .strictObject({
      every: duration.default(1000),
      heldOut: z.int().min(0).default(8),
      metrics: z.tuple([z.string()], z.string()).default(['psnr']),
    })
    .prefault({}),
  seed: z.int().min(0).default(1),
};

const encoderNames: readonly EncoderName[] = [
  'vgg16',
  'vgg19',
  'alexnet',
  'squeezenet',
  'googlenet',
  'resnet18',
  'resnet50',
  'densenet169',
  'nse',
];

const encoder: z.ZodType<RecipeEncoder> = z.strictObject({
  network: z.enum(encoderNames),
  weights: z.string().nullable().default(null),
  config: z.record(z.string(), z.unknown()).default({}),
  preprocessing: z.enum(['torchvision', 'lpips', 'signed', 'caffe', 'none']).nullable().default(null),
  pooling: z.enum(['max', 'average', 'l2']).default('max'),
  seed: z.int().min(0).default(1),
});

const view: z.ZodType<RecipeView> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image') }),
  z.strictObject({ kind: z.literal('gradient-map'), padding: z.literal([1, 2]).default(1) }),
  z.strictObject({ kind: z.literal('features'), encoder: z.string(), layer: z.string() }),
]);

const discriminator: z.ZodType<RecipeDiscriminator> = z.strictObject({
  network,
  init,
  sees: view.prefault({ kind: 'image' }),
  objective: z
    .enum([
      'vanilla',
      'saturating',
      'non-log',
      'lsgan',
      'lsgan-basicsr',
      'hinge',
      'wasserstein',
      'ragan',
      'ragan-paper',
    ])
    .default('vanilla'),
  penalty: z
    .strictObject({
      preset: z.enum(['wgan-gp', 'one-sided', 'basicsr']).default('wgan-gp'),
      // Gulrajani et al. 2017, section 4.
      weight: z.number().min(0).default(10),
    })
    .nullable()
    .default(null),
  optimizer: optimizerSchema.nullable().default(null),
  schedule: scheduleSchema.nullable().default(null),
  clipNorm: positive.nullable().default(null),
  every: count.default(1),
});

const phase: z.ZodType<RecipePhase> = z.strictObject({
  from: durationOrZero.default(0),
  losses: z.record(z.string(), z.number()).default({}),
  train: z.array(pattern).default([]),
  freeze: z.array(pattern).default([]),
  generator: z.boolean().default(true),
  discriminators: z.record(z.string(), z.boolean()).default({}),
  schedule: scheduleSchema.nullable().default(null),
  freshOptimizers: z.boolean().default(false),
});

const superResolution = z.strictObject({
  task: z.literal('super-resolution'),
  ...baseFields,
  losses: z
    .record(z.string(), lossSchema)
    .refine(losses => Object.keys(losses).length > 0, 'expected at least one loss'),
  encoders: z.record(z.string(), encoder).default({}),
  discriminators: z.record(z.string(), discriminator).default({}),
  phases: z.record(z.string(), phase).default({}),
  generatorEvery: count.default(1),
  accumulate: count.default(1),
  jitter: z.int().min(0).default(0),
});

const pretext: z.ZodType<Pretext> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('context'),
    context: z.enum(['horizontal', 'vertical', 'cross']).default(pretexts.context.context),
    gamma: positive.default(pretexts.context.gamma),
    hidden: count.default(pretexts.context.hidden),
    questions: count.default(pretexts.context.questions),
  }),
  z.strictObject({
    kind: z.literal('jigsaw'),
    hidden: count.default(pretexts.jigsaw.hidden),
    questions: count.default(pretexts.jigsaw.questions),
  }),
]);

const structure = z.strictObject({
  task: z.literal('structure'),
  ...baseFields,
  network: z.strictObject({ name: z.literal('nse'), config: z.record(z.string(), z.unknown()).default({}) }),
  validation: z
    .strictObject({
      every: duration.default(1000),
      heldOut: z.int().min(0).default(8),
      metrics: z.tuple([z.literal('success')]).default(['success']),
    })
    .prefault({}),
  pretext,
});

const lpips = z.strictObject({
  task: z.literal('lpips'),
  ...baseFields,
  init: z.null().default(null),
  network: z.strictObject({ name: z.literal('lpips-linear'), config: z.record(z.string(), z.unknown()).default({}) }),
  validation: z
    .strictObject({
      every: duration.default(1000),
      heldOut: z.int().min(0).default(8),
      metrics: z.tuple([z.literal('2afc')]).default(['2afc']),
    })
    .prefault({}),
  encoder,
  dropout: z.boolean().default(true),
});

/** What a picture can be judged by that was painted: no discriminators, masks, turns or further outputs. */
const styleLosses = z
  .record(z.string(), lossSchema)
  .refine(losses => Object.keys(losses).length > 0, 'expected at least one loss')
  .refine(
    losses =>
      Object.values(losses).every(
        loss =>
          !['adversarial', 'discriminator-content'].includes(loss.kind) &&
          !['turn', 'output', 'patch', 'masked'].some(field => field in loss),
      ),
    'expected losses of whole pictures, without discriminators, turns, outputs, patches and masks',
  );

const styleError = 'expected the file of a picture, or several';

const style = z.strictObject({
  task: z.literal('style'),
  ...baseFields,
  network: z.strictObject({ name: z.literal('style'), config: z.record(z.string(), z.unknown()).default({}) }),
  validation: z
    .strictObject({
      every: duration.default(1000),
      heldOut: z.int().min(0).default(8),
      metrics: z.tuple([z.literal('objective')]).default(['objective']),
    })
    .prefault({}),
  style: z
    .union([z.string(), z.array(z.string()).min(1, styleError)], { error: styleError })
    .nullable()
    .default(null),
  styleSize: count.nullable().default(null),
  losses: styleLosses,
  encoders: z.record(z.string(), encoder).default({}),
  trials: z
    .strictObject({ loss: z.string(), weights: z.array(z.number().min(0)).min(2), steps: duration })
    .nullable()
    .default(null),
});

/** Checks the fields of a recipe that says its task; unknown fields are errors. `checkRecipe` does more. */
export const recipeSchema: z.ZodType<Recipe> = z.discriminatedUnion('task', [superResolution, structure, lpips, style]);

function isStep(step: unknown): boolean {
  return typeof step === 'object' && step !== null && 'type' in step && typeof step.type === 'string';
}

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
