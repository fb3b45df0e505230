// The scene of this repository's sample photo: a mountain lake at evening, by marching rays over fractal terrain.
// Everything in it is computed here, so nobody else has rights in it.

export const size = { width: 1440, height: 960 };
const samples = 3; // a side of the grid of rays in each pixel

/** A part of the scene as it is at full size; the whole takes a quarter of an hour. */
export function renderLake({ left = 0, top = 0, width = size.width, height = size.height } = {}) {
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < samples * samples; s++) {
        const x = (left + column + ((s % samples) + 0.5) / samples) / size.width;
        const y = (top + row + (Math.floor(s / samples) + 0.5) / samples) / size.height;
        const color = trace(camera, normalize([(x - 0.5) * 1.5, 0.56 - y, 1.15]));
        // A film-like curve (Narkowicz's fit of ACES), then the sRGB transfer curve.
        for (let c = 0; c < 3; c++) {
          const v = Math.max(0, color[c]) * 0.7;
          const film = Math.min(1, (v * (2.51 * v + 0.03)) / (v * (2.43 * v + 0.59) + 0.14));
          sum[c] += film <= 0.0031308 ? 12.92 * film : 1.055 * film ** (1 / 2.4) - 0.055;
        }
      }
      for (let c = 0; c < 3; c++)
        pixels[(row * width + column) * 3 + c] = Math.round((255 * sum[c]) / (samples * samples));
    }
  }
  return { data: pixels, width, height, channels: 3 };
}

const camera = [0.4, 1.15, -3.2];

// --- noise -------------------------------------------------------------------------------------------------------

function hash(x, y) {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

function noise(x, y) {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const u = x - i;
  const v = y - j;
  const su = u * u * u * (u * (u * 6 - 15) + 10);
  const sv = v * v * v * (v * (v * 6 - 15) + 10);
  const a = hash(i, j);
  const b = hash(i + 1, j);
  const c = hash(i, j + 1);
  const d = hash(i + 1, j + 1);
  return a + (b - a) * su + (c - a) * sv + (a - b - c + d) * su * sv;
}

function fractal(x, y, octaves) {
  let sum = 0;
  let amplitude = 0.5;
  for (let o = 0; o < octaves; o++) {
    sum += amplitude * noise(x, y);
    amplitude *= 0.5;
    [x, y] = [1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1];
  }
  return sum;
}

function ridged(x, y, octaves) {
  let sum = 0;
  let amplitude = 0.55;
  let weight = 1;
  for (let o = 0; o < octaves; o++) {
    const ridge = 1 - Math.abs(2 * noise(x, y) - 1);
    sum += amplitude * weight * ridge * ridge;
    weight = Math.min(1, ridge * 1.4);
    amplitude *= 0.48;
    [x, y] = [1.6 * x - 1.2 * y + 31.7, 1.2 * x + 1.6 * y + 5.9];
  }
  return sum;
}

// --- scene: x to the right, y up, z away from the camera; the lake lies at y = 0 -----------------------------------------

/** How high a conifer stands over this point: cones on a jittered grid, denser where the noise says wood. */
function trees(x, z) {
  const cell = 0.34;
  const i = Math.floor(x / cell);
  const j = Math.floor(z / cell);
  let tallest = 0;
  for (let a = i - 1; a <= i + 1; a++) {
    for (let b = j - 1; b <= j + 1; b++) {
      if (hash(a + 911, b) > 1.75 * fractal(a * 0.11, b * 0.11, 3) - 0.28) continue;
      const dx = x - (a + 0.5 + 0.7 * (hash(a, b) - 0.5)) * cell;
      const dz = z - (b + 0.5 + 0.7 * (hash(b, a + 57) - 0.5)) * cell;
      const height = 0.45 + 0.5 * hash(a + 3, b + 71);
      const branches = 1 + 0.25 * Math.sin(7 * Math.atan2(dz, dx) + 40 * hash(a, b));
      tallest = Math.max(tallest, height * (1 - (Math.hypot(dx, dz) / (0.13 * branches)) ** 0.8));
    }
  }
  return tallest;
}

function ground(x, z, octaves = 9) {
  const bare = rock(x, z, octaves);
  return bare > 0.08 && bare < 2.1 && z < 42 ? bare + trees(x, z) * smooth(2.1, 1.5, bare) : bare;
}

function rock(x, z, octaves) {
  const far = smooth(9, 34, z);
  const valley = smooth(2, 13, Math.abs(x + 3 * Math.sin(z * 0.09)));
  const mountains =
    13 *
    ridged(x * 0.055 + 3.1, z * 0.055 + 1.7, octaves) *
    (0.12 + 0.88 * Math.max(far * 0.9, valley * smooth(6, 24, z)));
  const shore = 1.1 * fractal(x * 0.35, z * 0.35, octaves) - 0.95;
  return mountains * smooth(5, 30, z) + shore + 0.5 * smooth(4, 9, Math.abs(x)) * smooth(0, 8, z) - 0.35;
}

const sun = normalize([-0.62, 0.34, 0.35]);

function sky([x, y, z]) {
  const up = Math.max(0, y);
  const towards = Math.max(0, x * sun[0] + y * sun[1] + z * sun[2]);
  let color = mix([0.95, 0.72, 0.52], [0.2, 0.38, 0.68], Math.min(1, up * 2.6) ** 0.6);
  color = color.map((c, i) => c + [0.5, 0.32, 0.14][i] * towards ** 8 + [0.9, 0.7, 0.4][i] * towards ** 180);
  if (y > 0.02) {
    const cover = fractal((x / y) * 0.9 + 4, (z / y) * 0.9, 7);
    const cloud = smooth(0.46, 0.78, cover) * smooth(0.02, 0.16, y);
    color = mix(color, [1, 0.87, 0.78], cloud * 0.85);
  }
  return color;
}

function march(origin, direction, nearest, farthest) {
  let t = nearest;
  let previous = nearest;
  while (t < farthest) {
    const y = origin[1] + direction[1] * t;
    if (y > 16 && direction[1] > 0) return undefined;
    const above = y - ground(origin[0] + direction[0] * t, origin[2] + direction[2] * t, t > 30 ? 7 : 9);
    if (above < 0.0008 * t) {
      let low = previous;
      let high = t;
      for (let i = 0; i < 7; i++) {
        const middle = (low + high) / 2;
        const p = at(origin, direction, middle);
        if (p[1] < ground(p[0], p[2])) high = middle;
        else low = middle;
      }
      return high;
    }
    previous = t;
    t += Math.max(0.004 * t, above * 0.38);
  }
  return undefined;
}

function surface(p, distance) {
  const e = Math.max(0.002, 0.0012 * distance);
  const n = normalize([
    ground(p[0] - e, p[2]) - ground(p[0] + e, p[2]),
    2 * e,
    ground(p[0], p[2] - e) - ground(p[0], p[2] + e),
  ]);
  const detail = fractal(p[0] * 6, p[2] * 6, 5);
  let color = mix([0.3, 0.25, 0.22], [0.47, 0.41, 0.37], detail + 0.35 * noise(p[1] * 7 + detail * 2, 3));
  const grass = smooth(0.62, 0.86, n[1]) * (1 - smooth(1.4, 3.4, p[1] + detail));
  color = mix(color, mix([0.11, 0.17, 0.06], [0.34, 0.33, 0.12], fractal(p[0] * 2.3, p[2] * 2.3, 6)), grass);
  const wood = smooth(0.02, 0.1, p[1] - rock(p[0], p[2], 9));
  color = mix(color, [0.05 + 0.05 * detail, 0.1 + 0.06 * detail, 0.045], wood);
  const snow = smooth(4.3, 5.6, p[1] + 1.4 * detail) * smooth(0.42, 0.62, n[1]);
  color = mix(color, [0.93, 0.94, 0.98], snow);
  if (p[1] < 0.09) color = color.map(c => c * 0.62);
  const lit = march(at(p, sun, 0.02 + 0.001 * distance), sun, 0.02, 22) === undefined ? 1 : 0;
  const diffuse = Math.max(0, n[0] * sun[0] + n[1] * sun[1] + n[2] * sun[2]) * lit;
  const light = [0.26 + 1.75 * diffuse, 0.31 + 1.35 * diffuse, 0.42 + 0.95 * diffuse];
  return color.map((c, i) => c * light[i] * (0.75 + 0.25 * n[1]));
}

function haze(color, direction, distance) {
  const amount = 1 - Math.exp(-0.0062 * distance);
  return mix(color, mix([0.62, 0.68, 0.8], sky([direction[0], 0.04, direction[2]]), 0.45), amount);
}

function trace(origin, direction) {
  const hit = march(origin, direction, 0.2, 95);
  const water = direction[1] < 0 ? -origin[1] / direction[1] : Number.POSITIVE_INFINITY;
  if (hit !== undefined && hit < water) return haze(surface(at(origin, direction, hit), hit), direction, hit);
  if (water > 95) return sky(direction);
  const p = at(origin, direction, water);
  const calm = 0.035 / (1 + 0.06 * water);
  const wave = (dx, dz) => fractal(p[0] * 2.2 + dx, p[2] * 5 + dz, 5);
  const n = normalize([(wave(0.1, 0) - wave(-0.1, 0)) * calm * 4, 1, (wave(0, 0.1) - wave(0, -0.1)) * calm * 4]);
  const dot = direction[0] * n[0] + direction[1] * n[1] + direction[2] * n[2];
  const mirrored = normalize(direction.map((d, i) => d - 2 * dot * n[i]));
  mirrored[1] = Math.abs(mirrored[1]);
  const far = march([p[0], 0.01, p[2]], mirrored, 0.05, 80);
  const reflection =
    far === undefined ? sky(mirrored) : haze(surface(at([p[0], 0.01, p[2]], mirrored, far), far), mirrored, far);
  const fresnel = 0.05 + 0.95 * (1 - Math.abs(dot)) ** 4;
  return haze(mix([0.03, 0.09, 0.11], reflection, 0.25 + 0.75 * fresnel), direction, water * 0.4);
}

// --- small vector words ------------------------------------------------------------------------------------------------

function at(origin, direction, t) {
  return [origin[0] + direction[0] * t, origin[1] + direction[1] * t, origin[2] + direction[2] * t];
}

function mix(a, b, t) {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function normalize(v) {
  const length = Math.hypot(...v);
  return v.map(c => c / length);
}

function smooth(from, to, x) {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
