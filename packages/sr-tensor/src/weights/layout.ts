import type { ParameterSpec } from '../network.js';

/** Values in TensorFlow's order of axes from PyTorch's; see `Layout`. */
export function fromFileLayout(values: Float32Array, spec: ParameterSpec): Float32Array {
  return permute(values, spec, 'from-file');
}

/** Values in PyTorch's order of axes from TensorFlow's; see `Layout`. */
export function toFileLayout(values: Float32Array, spec: ParameterSpec): Float32Array {
  return permute(values, spec, 'to-file');
}

/** Both orders of a kernel differ only in whether the two channel axes come first (and swapped) or last. */
function permute(
  values: Float32Array,
  { shape, layout }: ParameterSpec,
  direction: 'from-file' | 'to-file',
): Float32Array {
  if (layout === 'plain') return values.slice();
  const [height, width, c, d] =
    layout === 'linear' ? [1, 1, shape[0]!, shape[1]!] : (shape as [number, number, number, number]);
  const out = new Float32Array(values.length);
  const pixels = height * width;
  for (let i = 0; i < c; i++) {
    for (let j = 0; j < d; j++) {
      // depthwise files hold channel-major output channels, the others the last axis of ours first.
      const channel = layout === 'depthwise' ? i * d + j : j * c + i;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const here = (pixel * c + i) * d + j;
        const file = channel * pixels + pixel;
        if (direction === 'from-file') out[here] = values[file]!;
        else out[file] = values[here]!;
      }
    }
  }
  return out;
}
