/** The network that was used last stays loaded. */
import { loadUpscaler, type Upscaler } from 'sr-models';
import type { WeightsSource } from './contract.js';
import { configure, settings } from './settings.js';

let last: { readonly key: unknown; readonly upscaler: Promise<Upscaler> } | undefined;

/** Its tiles are computed in workers of their own, so that this thread decodes and encodes meanwhile. */
export function openUpscaler(source: WeightsSource): Promise<Upscaler> {
  const key = 'url' in source ? source.url : source.bytes.length;
  if (last?.key === key) return last.upscaler;
  forget();
  const { backend, workers } = settings();
  const upscaler = loadUpscaler('url' in source ? source : source.bytes, { backend, worker: workers });
  last = { key, upscaler };
  upscaler.catch(() => {
    last = undefined;
  });
  return upscaler;
}

/** After the loss of a GPU: what comes next is computed without one. */
export function leaveGpu(): void {
  configure({ ...settings(), backend: 'wasm' });
  forget();
}

function forget(): void {
  void last?.upscaler.then(upscaler => upscaler.dispose()).catch(() => undefined);
  last = undefined;
}
