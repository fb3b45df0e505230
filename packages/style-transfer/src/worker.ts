/** The program of a worker that paints, in browsers and in Node. */
import type { Picture } from 'sr-tensor';
import { type BackendReport, selectBackend } from 'sr-tensor/backend';
import { type BackendSetup, type HandlerContext, ownPort, serveWorker, Transfer } from 'sr-tensor/worker';
import { loadStyle, type Style, type StyleSource } from './load-style.js';
import { type StylizeOptions, stylize } from './stylize.js';

/** What a worker is started with. */
export interface WorkerSetup extends BackendSetup {
  readonly source: StyleSource;
}

/** A photo and how it is to be painted. */
export interface StylizeJob {
  readonly photo: Picture;
  readonly options: Omit<StylizeOptions, 'signal' | 'onProgress'>;
}

let style: Style;

const handlers = {
  async start({ source, backend }: WorkerSetup): Promise<BackendReport> {
    const report = await selectBackend(backend);
    style = await loadStyle(source);
    return report;
  },

  async stylize({ photo, options }: StylizeJob, context: HandlerContext): Promise<Transfer<Picture>> {
    const painted = await stylize(photo, style, { ...options, ...context });
    return new Transfer(painted, [painted.data.buffer as ArrayBuffer]);
  },
};

/** What the worker can be asked for. */
export type StyleWorker = typeof handlers;

serveWorker(ownPort(), handlers);
