/** What the engine can do; each piece is loaded when it is first asked for. */
import type { HandlerContext } from 'sr-tensor/worker';
import type {
  BackendInfo,
  EngineSettings,
  EnlargeJob,
  EnlargeResult,
  FineTuneJob,
  FineTuneResult,
  FineTuneStyleJob,
  FrameJob,
  MeasureJob,
  OptimizeJob,
  PictureResult,
  StylizeJob,
} from './contract.js';
import { errorCode } from './error-code.js';
import type { WeightsSource } from './weights-source.js';

const plain = {
  /** Answers at once: whoever asks knows then that this thread may run. */
  hello: (): string => 'hello',

  /** The first thing that is asked for. */
  async configure(settings: EngineSettings): Promise<void> {
    const { configure } = await import('./settings.js');
    configure(settings);
  },

  /** Loads a network, so that it is there when it is needed; tells where it will compute. */
  async warm(network: WeightsSource): Promise<BackendInfo> {
    const { openUpscaler } = await import('./network.js');
    return (await openUpscaler(network)).backend;
  },
  async enlarge(job: EnlargeJob, context: HandlerContext): Promise<EnlargeResult> {
    const { enlarge } = await import('./enlarge.js');
    return enlarge(job, context);
  },
  async measure(job: MeasureJob, context: HandlerContext): Promise<void> {
    const { measure } = await import('./measure.js');
    return measure(job, context);
  },
  async stylize(job: StylizeJob, context: HandlerContext): Promise<PictureResult> {
    const { stylizeFile } = await import('./stylize.js');
    return stylizeFile(job, context);
  },
  async stylizeFrame(job: FrameJob): Promise<ImageData> {
    const { stylizeFrame } = await import('./stylize.js');
    return stylizeFrame(job);
  },
  async optimize(job: OptimizeJob, context: HandlerContext): Promise<PictureResult> {
    const { optimize } = await import('./optimize.js');
    return optimize(job, context);
  },
  async fineTune(job: FineTuneJob, context: HandlerContext): Promise<FineTuneResult> {
    const { fineTune } = await import('./fine-tune.js');
    return fineTune(job, context);
  },
  async fineTuneStyle(job: FineTuneStyleJob, context: HandlerContext): Promise<FineTuneResult> {
    const { fineTuneStyle } = await import('./fine-tune-style.js');
    return fineTuneStyle(job, context);
  },
};

/** The same, prepared for the loss of the GPU. */
export const handlers: typeof plain = Object.fromEntries(
  Object.entries(plain).map(([name, handler]) => [
    name,
    async (job: never, context: HandlerContext) => {
      try {
        return await handler(job, context);
      } catch (error) {
        if (errorCode(error) === 'backend/lost') (await import('./network.js')).leaveGpu();
        throw error;
      }
    },
  ]),
) as unknown as typeof plain;

export type Engine = typeof handlers;
