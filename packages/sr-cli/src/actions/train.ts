/** `sr train`. */
import { SrError } from 'sr-tensor';
import type { Recipe } from 'sr-train';
import { train as startTraining, type TrainSummary } from 'sr-train/node';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import type { BackendChoice } from '../options.js';
import { formatSeconds, print, printJson } from '../output.js';
import { progressBar } from '../progress.js';
import { describeRecipes, openRecipe, type RecipeListing, recipeNames } from '../recipes.js';

export interface TrainCommandOptions {
  readonly data?: string;
  readonly lr?: string;
  readonly masks?: string;
  readonly validation?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly steps?: number;
  readonly set?: readonly string[];
  readonly backend: BackendChoice;
  readonly list?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
}

export async function train(name: string | undefined, options: TrainCommandOptions): Promise<void> {
  const { json } = options;
  if (options.list) return list(json);
  const { data, out, steps } = options;
  if (name === undefined) {
    throw new UsageError('usage/missing-argument', `Expected a recipe: ${recipeNames.join(', ')}, or a JSON file.`);
  }
  const recipe = await openRecipe(name, [...(options.set ?? []), ...(steps === undefined ? [] : [`steps=${steps}`])]);
  if (options.print) return printJson(recipe);
  if (data === undefined || out === undefined) {
    throw new UsageError('usage/missing-option', 'Expected --data FOLDER and --out FOLDER.');
  }
  const summary = await interruptible(
    signal => run(recipe, { ...options, data, out, signal }),
    () => process.stderr.write('Saving; Ctrl-C again stops at once.\n'),
  );
  if (json) printLine({ type: 'end', ...summary });
  else describe(summary, out);
}

/** What there is, and what of each can be chosen. */
function list(json: boolean | undefined): void {
  const recipes = describeRecipes();
  const width = Math.max(...recipes.map(({ name }) => name.length)) + 2;
  if (json) printJson({ recipes });
  else print(recipes.map(recipe => lines(recipe, width)).join('\n'));
}

function lines({ name, description, choices }: RecipeListing, width: number): string {
  const chosen = Object.entries(choices).map(([choice, values]) => `${choice}=${values.join('|')}`);
  return `${name.padEnd(width)}${description}\n${' '.repeat(width)}${chosen.join(' ')}`;
}

async function run(
  recipe: Recipe,
  { signal, json, ...options }: TrainCommandOptions & { data: string; out: string; signal: AbortSignal },
): Promise<TrainSummary> {
  const { data, out, lr, masks, validation, resume, backend } = options;
  const bar = progressBar(recipe.name);
  const say = (text: string): void => {
    bar.clear();
    if (!json) print(text);
  };
  let iteration = 0;
  let steps: Recipe['steps'] = recipe.steps;
  try {
    const training = startTraining(recipe, {
      data,
      out,
      backend,
      signal,
      stopSignals: false,
      ...(resume && { resume }),
      ...(lr !== undefined && { lr }),
      ...(masks !== undefined && { masks }),
      ...(validation !== undefined && { validation }),
      onMessage: say,
      onValidation: found => {
        if (json) printLine({ type: 'validation', ...found });
        else
          say(
            `step ${found.iteration}: ${describeScalars(found.scores)} on validation${found.isBest ? ', the best so far' : ''}`,
          );
      },
    });
    for await (const step of training) {
      ({ iteration, steps } = step);
      if (json) printLine({ type: 'step', ...step });
      bar.update((100 * iteration) / step.steps, {
        secondsLeft: step.secondsLeft,
        text: `step ${iteration}, ${describeScalars(step.losses)}`,
      });
    }
    return await training;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SrError({
      code: 'aborted',
      message: `Stopped after step ${iteration} of ${steps} and saved in ${out}. Go on with --resume.`,
      cause: error,
    });
  } finally {
    bar.clear();
  }
}

function describe({ iteration, seconds, best, weights }: TrainSummary, out: string): void {
  print(`${iteration} steps in ${formatSeconds(seconds)}; report and log are in ${out}`);
  if (best !== undefined) print(`best on validation: ${describeScalars(best.scores)} after step ${best.iteration}`);
  if (weights !== undefined) print(`weights: ${weights}`);
}

function describeScalars(scalars: Readonly<Record<string, number>>): string {
  return Object.entries(scalars)
    .map(([name, value]) => `${name} ${value.toPrecision(5)}`)
    .join(', ');
}

function printLine(value: unknown): void {
  printJson(value, { indent: 0 });
}
