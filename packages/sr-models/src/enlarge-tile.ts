/** One tile through the network: from the pixels of a window of the picture to the pixels of its enlarged core. */
import { getBackend, mul, setBackend, sum, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import {
  fullValue,
  hasAlpha,
  type Model,
  type Network,
  type Picture,
  pictureToTensor,
  runNetwork,
  SrError,
} from 'sr-tensor';
import { onLivingBackend } from 'sr-tensor/backend';
import { onEngine } from './engine-queue.js';
import { enlarge } from './enlarge.js';
import { emptyPicture } from './pixels.js';
import { selfEnsemble } from './self-ensemble.js';
import { checkWasmMemory } from './tile-memory.js';

/** A rectangle in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A window of the picture and, within it, the core whose enlargement is wanted. */
export interface Tile {
  readonly window: Picture;
  readonly core: Rectangle;
  /** Whether the result is the mean over the eight flips and quarter turns; default false. */
  readonly ensemble?: boolean | undefined;
}

/**
 * Enlarges the core of a tile.
 *
 * Colours go through the network; grey goes as three equal colours, whose results become grey by the weights of
 * ITU-R BT.601. Alpha is enlarged by bicubic interpolation. Values are clipped and have the bit depth of the window.
 *
 * @param options.engine the backend as tfjs calls it, made the current one first; default: the current one
 * @param options.apply computes what `apply` of the network does; default: that, by the parameters
 * @returns a picture of the core's size times the network's scale, with the window's channels
 * @throws `network/not-finite` if the network gives NaN or infinity, `network/shape` if its output has another size
 *   than its scale says, `out-of-memory`, `backend/lost`
 */
export async function enlargeTile(
  model: Model,
  { window, core, ensemble = false }: Tile,
  { engine, apply = images => runNetwork(model, images).output }: { engine?: string; apply?: Apply | undefined } = {},
): Promise<Picture> {
  const { scale } = model.network;
  const target = emptyPicture(window, core.width * scale, core.height * scale);
  const corner = { left: core.left * scale, top: core.top * scale };
  const colors = await compute(engine, () =>
    networkColors(model.network, window, ensemble ? selfEnsemble(apply) : apply),
  );
  write(colors, corner, target, 0);
  if (hasAlpha(window)) {
    const alpha = await compute(engine, () => enlarge(alphaTensor(window), { scale, base: 'bicubic' }));
    write(alpha, corner, target, window.channels - 1);
  }
  return target;
}

/** From images `[batch, height, width, 3]` to enlarged ones. */
export type Apply = (images: Tensor4D) => Tensor4D;

/** Values that were read back: rows of `width` pixels of `channels` values. */
interface Values {
  readonly data: Float32Array;
  readonly width: number;
  readonly channels: number;
}

function compute(engine: string | undefined, output: () => Tensor4D): Promise<Values> {
  return onEngine(async () => {
    if (engine !== undefined && getBackend() !== engine) await setBackend(engine);
    return onLivingBackend(async () => {
      const tensor = tidy(output);
      try {
        return { data: (await tensor.data()) as Float32Array, width: tensor.shape[2], channels: tensor.shape[3] };
      } finally {
        tensor.dispose();
      }
    });
  });
}

/** `[1, height, width, 3]`, or 1 channel for a grey window. */
function networkColors(network: Network, window: Picture, apply: Apply): Tensor4D {
  checkWasmMemory(network, window);
  const output = apply(pictureToTensor(window));
  const { scale } = network;
  const expected = [1, window.height * scale, window.width * scale, 3];
  if (output.shape.join() !== expected.join()) {
    throw new SrError({
      code: 'network/shape',
      message: `${network.name}: expected an output of the shape [${expected.join(', ')}], received [${output.shape.join(', ')}]. Does its scale fit its layers?`,
    });
  }
  return window.channels >= 3 ? output : sum(mul(output, [0.299, 0.587, 0.114]), 3, true);
}

function alphaTensor(window: Picture): Tensor4D {
  const { data, width, height, channels } = window;
  const full = fullValue(window);
  const values = Float32Array.from({ length: width * height }, (_, i) => data[(i + 1) * channels - 1]! / full);
  return tensor4d(values, [1, height, width, 1]);
}

/** Writes the part of `values` that begins at `corner` into the target's channels from `first` on. */
function write(values: Values, corner: { left: number; top: number }, target: Picture, first: number): void {
  const { data, width, height, channels } = target;
  const full = fullValue(target);
  // Integers round half up.
  const half = full === 1 ? 0 : 0.5;
  const count = values.channels;
  // Values that lie side by side in both: whole rows unless the target has alpha between the colours.
  const run = count === channels ? width * count : count;
  const runs = (width * count) / run;
  let finite = 0;
  for (let y = 0; y < height; y++) {
    let from = ((corner.top + y) * values.width + corner.left) * count;
    let to = y * width * channels + first;
    for (let r = 0; r < runs; r++, to += channels) {
      for (let i = 0; i < run; i++) {
        const value = values.data[from++]!;
        // 0 as long as every value is finite, then NaN.
        finite += value - value;
        data[to + i] = Math.min(Math.max(value * full + half, 0), full);
      }
    }
  }
  if (finite === 0) return;
  throw new SrError({
    code: 'network/not-finite',
    message:
      'The network gave values that are not finite (NaN or infinity) in a tile. Are its weights damaged? A GPU that computes in 16 bits may overflow: try another backend.',
  });
}
