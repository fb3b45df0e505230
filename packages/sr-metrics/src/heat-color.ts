/**
 * The colours of heat maps: a helix in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020) from dark
 * blue over violet, red and orange to light yellow.
 *
 * Lightness and hue grow evenly at one chroma, so that equal steps of the value are equal distances of colour; the lightness
 * alone tells the order, in grey print and for the colour-blind as well.
 */

/** The largest chroma, in steps of 0.01, with which the whole helix lies in sRGB. */
const CHROMA = 0.14;
const LIGHTNESS = [0.22, 0.95] as const;
const HUE = [270, 470] as const;

/** @param share from 0 (dark blue) to 1 (light yellow); what lies outside is clipped */
export function heatColor(share: number): [red: number, green: number, blue: number] {
  const t = Math.min(Math.max(share, 0), 1);
  const hue = (Math.PI / 180) * (HUE[0] + t * (HUE[1] - HUE[0]));
  const lightness = LIGHTNESS[0] + t * (LIGHTNESS[1] - LIGHTNESS[0]);
  return toSrgb(lightness, CHROMA * Math.cos(hue), CHROMA * Math.sin(hue));
}

/** 8-bit levels; the matrices are those of Ottosson's page. */
function toSrgb(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toLevel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toLevel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toLevel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** IEC 61966-2-1. */
function toLevel(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(Math.max(value, 0), 1));
}
