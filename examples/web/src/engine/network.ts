/** The network that was used last stays loaded. */
import { interpolateWeights, loadUpscaler, type Upscaler } from 'sr-models';
import type { Detail } from './contract.js';
import { configure, settings } from './settings.js';
import { idOf, type WeightsSource, weightsOf } from './weights-source.js';

let last: { readonly key: string; readonly upscaler: Promise<Upscaler> } | undefined;

/** Its tiles are computed in workers of their own, so that this thread decodes and encodes meanwhile. */
export function openUpscaler(source: WeightsSource, detail?: Detail): Promise<Upscaler> {
  const key = [idOf(source), ...(detail === undefined ? [] : [idOf(detail.form), detail.amount])].join();
  if (last?.key === key) return last.upscaler;
  forget();
  const { backend, workers } = settings();
  const upscaler = load(source, detail).then(weights => loadUpscaler(weights, { backend, worker: workers }));
  last = { key, upscaler };
  upscaler.catch(() => {
    last = undefined;
  });
  return upscaler;
}

async function load(source: WeightsSource, detail: Detail | undefined) {
  return detail === undefined
    ? weightsOf(source)
    : interpolateWeights(weightsOf(source), weightsOf(detail.form), detail.amount);
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
