/**
 * 16-bit floats: IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half of a float32).
 */

/** The largest finite binary16 value: (2 - 2^-10) * 2^15. */
export const LARGEST_HALF = 65_504;

/** Widens binary16 values, exactly; a NaN keeps its payload. */
export function halfToFloat(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    // Subnormal: fraction * 2^-24, exact in float32; otherwise the exponent's bias goes from 15 to 127.
    if (exponent === 0) {
      values[i] = fraction * 2 ** -24;
      bits[i]! |= sign;
    } else {
      bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return values;
}

/** Narrows to binary16, rounding to nearest with ties to even; beyond the largest half lies infinity. */
export function floatToHalf(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  const scratch = new Float32Array(1);
  const scratchBits = new Uint32Array(scratch.buffer);
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i]!;
    const bits = scratchBits[0]!;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fff_ffff;
    if (magnitude > 0x7f80_0000) {
      halves[i] = sign | 0x7e00;
    } else if (magnitude >= 0x477f_f000) {
      // 65,520 is halfway between the largest half and 2^16; from there on the nearest is infinity.
      halves[i] = sign | 0x7c00;
    } else if (magnitude < 0x3880_0000) {
      // Below 2^-14 halves are multiples of 2^-24, the spacing of float32 in [0.5, 1): adding 0.5 rounds to it.
      scratchBits[0] = magnitude;
      scratch[0] = scratch[0]! + 0.5;
      halves[i] = sign | (scratchBits[0]! - 0x3f00_0000);
    } else {
      // 13 bits go: just under half a unit is added, and the last missing part if the kept fraction is odd.
      const rounded = (magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
      halves[i] = sign | (rounded - (112 << 10));
    }
  }
  return halves;
}

/** Widens bfloat16 values, exactly. */
export function bfloatToFloat(bfloats: Uint16Array): Float32Array {
  const bits = new Uint32Array(bfloats.length);
  for (let i = 0; i < bfloats.length; i++) bits[i] = bfloats[i]! << 16;
  return new Float32Array(bits.buffer);
}
