/** Minimises an objective over the pixels of a picture, size by size. */
import {
  clipByValue,
  dispose,
  keep,
  mul,
  type Scalar,
  stack,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type Picture, resize, SrError, tensorToPicture, throwIfAborted } from 'sr-tensor';
import { adam, type Lbfgs, lbfgs, type Optimizer, type OptimizerState } from 'sr-tensor/optimizers';
import { type Objective, sumOfTerms, type Terms } from './objective.js';

/** How the pixels are changed. */
export interface MinimizerOptions {
  /** Default: the preset's, `'lbfgs'` of the published ones. */
  readonly optimizer?: 'lbfgs' | 'adam';
  /** Of L-BFGS the length of a step in units of its direction, default 1; of Adam in 8-bit levels, default the preset's or 10. */
  readonly learningRate?: number;
  /** Of L-BFGS. Default `'none'`, as the published codes. */
  readonly lineSearch?: 'none' | 'strong-wolfe';
  /** Pairs that L-BFGS remembers. Default 100. */
  readonly historySize?: number;
  /** Whether every iterate is clipped to [0, 1]. Default: the preset's. */
  readonly project?: boolean;
}

/** One iteration that has been done. */
export interface OptimizationStep {
  /** Counted from 1, through all sizes. */
  readonly iteration: number;
  /** How many there are, through all sizes. */
  readonly iterations: number;
  /** The picture after it, in 8 bits, of the size that is being worked on. */
  readonly picture: Picture;
  /** What the iteration started from cost, by term. */
  readonly losses: Terms<number> & { readonly total: number };
  /** Everything that is needed to go on after it; valid until the next step is asked for. */
  state(): Promise<OptimizationState>;
}

/** Plain data to go on from. */
export interface OptimizationState {
  readonly level: number;
  /** Iterations that are done, through all sizes. */
  readonly iteration: number;
  readonly width: number;
  readonly height: number;
  /** As the optimizer has it, not clipped. */
  readonly pixels: Float32Array;
  readonly learningRate: number;
  readonly optimizer: OptimizerState;
}

/** A size to work at. */
export interface Level {
  readonly height: number;
  readonly width: number;
  readonly iterations: number;
  objective(): Objective;
}

export interface OptimizePictureOptions extends MinimizerOptions {
  readonly signal?: AbortSignal | undefined;
  readonly resume?: OptimizationState | undefined;
  /** What is full intensity for the optimizer. */
  readonly units: number;
  /** What is done to pictures that are shown. */
  readonly finish: (picture: Picture) => Picture;
}

/** A step that leads to NaN is tried again from the last good picture, each time with a quarter of the length. */
const attempts = 4;
const shrinkage = 1 / 4;

/**
 * Minimises over pixels: coarse sizes first, the result of one being the start of the next.
 *
 * @param start `[1, height, width, 3]` of the first level's size; the callee's
 * @throws `style/diverged`, `style/state`, `aborted`
 */
export async function* optimizePicture(
  levels: readonly Level[],
  start: Tensor4D,
  options: OptimizePictureOptions,
): AsyncGenerator<OptimizationStep, void, undefined> {
  const { signal, resume, units, finish } = options;
  const iterations = levels.reduce((total, level) => total + level.iterations, 0);
  const first = resume?.level ?? 0;
  if (resume !== undefined) checkState(resume, levels);
  let iteration = resume?.iteration ?? 0;
  let image = takeOver(resume === undefined ? start : stateTensor(resume), start, units);
  try {
    for (const [index, level] of levels.entries()) {
      if (index < first) continue;
      image = resized(image, level);
      const end = levels.slice(0, index + 1).reduce((total, { iterations: count }) => total + count, 0);
      const objective = level.objective();
      const run = createRun(image, objective, options);
      try {
        if (resume !== undefined && index === first) run.restore(resume);
        while (iteration < end) {
          throwIfAborted(signal);
          const { losses, isDone } = await run.iterate();
          iteration++;
          const done = iteration;
          yield {
            iteration,
            iterations,
            losses,
            picture: finish(await pictureOf(image, units)),
            state: async () => ({
              level: index,
              iteration: done,
              width: level.width,
              height: level.height,
              pixels: (await image.data<'float32'>()).slice(),
              ...(await run.state()),
            }),
          };
          if (isDone) iteration = end;
        }
      } finally {
        run.dispose();
        objective.dispose();
      }
    }
  } finally {
    image.dispose();
  }
}

interface Run {
  /** @returns the losses at its start, and whether nothing is left to gain */
  iterate(): Promise<{ losses: OptimizationStep['losses']; isDone: boolean }>;
  state(): Promise<Pick<OptimizationState, 'learningRate' | 'optimizer'>>;
  restore(state: OptimizationState): void;
  dispose(): void;
}

function createRun(image: Variable, objective: Objective, options: OptimizePictureOptions): Run {
  const { units, optimizer: kind = 'lbfgs', project = false, signal, historySize = 100, lineSearch = 'none' } = options;
  const parameters = new Map([['image', image]]);
  let learningRate = options.learningRate ?? (kind === 'adam' ? 10 : 1);
  const create = (): Lbfgs | Optimizer =>
    kind === 'adam'
      ? adam({ learningRate: (learningRate * units) / 255 })
      : lbfgs({
          learningRate,
          maxIterations: 1,
          historySize,
          lineSearch,
          // One evaluation an iteration; a search takes what it needs.
          maxEvaluations: 100,
          gradientTolerance: 0,
          ...(project && { box: { min: 0, max: units } }),
        });
  let optimizer = create();
  let lastGood = image.clone();
  let terms: Tensor | undefined;

  /** The terms of the first evaluation of an iteration, a search's further ones being trials, are kept. */
  const loss = (): Scalar => {
    const found = objective(mul(image as Tensor as Tensor4D, 1 / units));
    const value = sumOfTerms(found);
    terms ??= keep(stack([value, found.content, found.style, found.smoothness]));
    return value;
  };
  const update = async (): Promise<boolean> => {
    if ('reset' in optimizer) {
      const { value, grads } = variableGrads(loss, [image]);
      optimizer.step(parameters, { image: grads[image.name]! });
      dispose([value, grads]);
      if (project) tidy(() => image.assign(clipByValue(image, 0, units)));
      return false;
    }
    const { stopped } = await optimizer.step(parameters, loss, { ...(signal && { signal }) });
    return stopped === 'gradient' || stopped === 'direction';
  };

  return {
    async iterate() {
      for (let attempt = 1; ; attempt++) {
        const before = image.clone();
        let isDone: boolean;
        try {
          isDone = await update();
        } catch (error) {
          before.dispose();
          throw error;
        }
        const [total, content, style, smoothness] = (await terms!.data()) as Float32Array;
        terms!.dispose();
        terms = undefined;
        if (Number.isFinite(total!)) {
          lastGood.dispose();
          lastGood = before;
          return { losses: { total: total!, content: content!, style: style!, smoothness: smoothness! }, isDone };
        }
        before.dispose();
        image.assign(lastGood);
        if (attempt === attempts) throw diverged(learningRate);
        learningRate *= shrinkage;
        optimizer.dispose();
        optimizer = create();
      }
    },
    state: async () => ({ learningRate, optimizer: await optimizer.state() }),
    restore(state) {
      learningRate = state.learningRate;
      optimizer.restore(state.optimizer);
    },
    dispose() {
      optimizer.dispose();
      lastGood.dispose();
      terms?.dispose();
    },
  };
}

function diverged(learningRate: number): SrError {
  return new SrError({
    code: 'style/diverged',
    message: `The objective is no number any more, even with steps of ${learningRate}. The last good picture was that of the step before; take smaller weights, a line search (lineSearch: 'strong-wolfe') or the optimizer adam.`,
  });
}

/** The tensor as a variable in the optimizer's units; both tensors are freed. */
function takeOver(pixels: Tensor4D, start: Tensor4D, units: number): Variable {
  const image = tidy(() => variable(pixels === start ? mul(start, units) : pixels));
  dispose(pixels === start ? start : [pixels, start]);
  return image;
}

function resized(image: Variable, { height, width }: Level): Variable {
  if (image.shape[1] === height && image.shape[2] === width) return image;
  const larger = tidy(() => variable(resize(image as Tensor as Tensor4D, { height, width })));
  image.dispose();
  return larger;
}

async function pictureOf(image: Variable, units: number): Promise<Picture> {
  const values = tidy(() => mul(image as Tensor as Tensor4D, 1 / units));
  const picture = await tensorToPicture(values as Tensor4D);
  values.dispose();
  return picture;
}

function stateTensor({ pixels, height, width }: OptimizationState): Tensor4D {
  return tensor4d(pixels, [1, height, width, 3]);
}

function checkState({ level, width, height, pixels }: OptimizationState, levels: readonly Level[]): void {
  const expected = levels[level];
  if (expected?.width === width && expected.height === height && pixels.length === 3 * width * height) return;
  throw new SrError({
    code: 'style/state',
    message: `expected a state of one of the sizes ${levels.map(l => `${l.width} x ${l.height}`).join(', ')}, received level ${level} of ${width} x ${height}.`,
  });
}
