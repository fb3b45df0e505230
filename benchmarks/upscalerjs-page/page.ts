// Enlarges one picture by x4-small and by models of UpscalerJS in turn, on the backend that the address names.
import { dispose, type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import medium from '@upscalerjs/esrgan-medium/4x';
import slim from '@upscalerjs/esrgan-slim/4x';
import thick from '@upscalerjs/esrgan-thick/4x';
import { loadUpscaler } from 'sr-models';
import type { Picture } from 'sr-tensor';
import { type BackendName, selectBackend } from 'sr-tensor/backend';
import small from 'sr-weights/x4-small';
import * as upscalerjs from 'upscaler';

/** Its types say that the module itself is the class. */
const Theirs = upscalerjs.default as unknown as new (
  options: object,
) => { upscale(input: Tensor3D, options: { output: 'tensor' }): Promise<Tensor3D> };

export interface PageResult {
  readonly device: string;
  /** Milliseconds of each round. */
  readonly times: Readonly<Record<string, number[]>>;
}

const query = new URLSearchParams(location.search);
const side = Number(query.get('side'));
const rounds = Number(query.get('rounds'));
const names = query.get('models')!.split(',');
const definitions: Record<string, typeof slim> = { slim, medium, thick };

async function main(): Promise<PageResult> {
  const backend = query.get('backend') as BackendName;
  const { device } = await selectBackend({ backend });
  const ours = await loadUpscaler(small, { backend, tile: 1024 });
  const enlarge: Record<string, (picture: Picture) => Promise<unknown>> = { 'x4-small': p => ours.upscale(p) };
  for (const name of names) enlarge[name] = theirs(name);

  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const picture: Picture = { data, width: side, height: side, channels: 3 };
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(enlarge).map(name => [name, []]));
  // The round before the first warms up.
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(enlarge)) {
      const started = performance.now();
      await run(picture);
      if (round >= 0) times[name]!.push(performance.now() - started);
    }
  }
  return { device, times };
}

/** Their models get and give tensors, which is the least work that they can be asked for. */
function theirs(name: string): (picture: Picture) => Promise<unknown> {
  const upscaler = new Theirs({ model: { ...definitions[name]!, path: `/${name}/model.json` } });
  return async ({ data, width, height }) => {
    const input = tensor3d(Float32Array.from(data), [height, width, 3]);
    const output = await upscaler.upscale(input, { output: 'tensor' });
    const pixels = Uint8Array.from(await output.data(), value => Math.min(255, Math.max(0, Math.round(value))));
    dispose([input, output]);
    return pixels;
  };
}

main()
  .catch((error: Error) => ({ failure: String(error.stack) }))
  .then(result => Object.assign(globalThis, { result }));
