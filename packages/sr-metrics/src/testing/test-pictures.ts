/** Pictures that the conformance suites try. */
import { type Picture, Random } from 'sr-tensor';

export function noise(height: number, width: number, channels: Picture['channels'], seed: number): Picture {
  const random = new Random(seed);
  return {
    data: Uint8Array.from({ length: height * width * channels }, () => random.int(256)),
    width,
    height,
    channels,
  };
}

export function disturbed(picture: Picture, amplitude: number): Picture {
  const random = new Random(7);
  return {
    ...picture,
    data: Uint8ClampedArray.from(picture.data, value => value + random.uniform(-amplitude, amplitude)),
  };
}

export function to16Bits(picture: Picture): Picture {
  return { ...picture, data: Uint16Array.from(picture.data, value => value * 257) };
}

export function toFloats(picture: Picture): Picture {
  return { ...picture, data: Float32Array.from(picture.data, value => value / 255) };
}

/** A grey picture with its values repeated; alpha, where there is one, is noise. */
export function withChannels(grey: Picture, channels: 2 | 3 | 4): Picture {
  const random = new Random(5);
  const colors = channels === 2 ? 1 : 3;
  const values = (value: number) => [
    ...new Array(colors).fill(value),
    ...(channels % 2 === 0 ? [random.int(256)] : []),
  ];
  return { ...grey, channels, data: Uint8Array.from([...grey.data].flatMap(values)) };
}
