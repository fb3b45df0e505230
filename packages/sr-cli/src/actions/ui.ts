/** `sr ui`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { openUpscaler } from '../models.js';
import type { BackendChoice } from '../options.js';
import { print } from '../output.js';
import { startUiServer } from '../ui/server.js';

export interface UiOptions {
  readonly port?: number;
  /** In MB. */
  readonly maxSize: number;
  readonly backend: BackendChoice;
  readonly tile?: number;
  readonly workers?: number;
}

export async function ui({ port = 0, maxSize, ...choice }: UiOptions): Promise<void> {
  const folder = webFolder();
  await interruptible(async signal => {
    const model = await openUpscaler(choice, signal);
    const server = await startUiServer({ folder, port, largestUpload: maxSize * 1e6, model, signal });
    try {
      const { backend, device } = model.upscaler.backend;
      print(`Open ${server.address}`);
      print(`Computes on ${backend} (${device}) with ${model.name}. Ctrl-C ends it.`);
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
    } finally {
      await server.close();
      model.upscaler.dispose();
    }
  });
}

/** The built page: in the package, or in the repository. */
function webFolder(): string {
  const places = ['../web/', '../../web/', '../../../../examples/web/dist/'];
  const found = places.map(place => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (found !== undefined) return found;
  throw new UsageError('usage/not-built', 'The web app has not been built. Run npm run build in the repository.');
}
