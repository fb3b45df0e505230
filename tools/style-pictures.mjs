// Paints the pictures that the shipped styles are trained on, waves, mosaic, ink, facets, loom, rings and bubbles, and two scenes
// to be painted in them: city and flowers. Everything in them is computed here, so nobody else has rights in them.
// Usage: node tools/style-pictures.mjs [FOLDER [NAME...]]   (after a build; takes a minute)
import { join } from 'node:path';
import { resizePicture } from 'sr-data';
import { writePicture } from 'sr-data/node';
import { Random } from 'sr-tensor';

const [folder = 'docs/styles', ...wanted] = process.argv.slice(2);
/** Side of a picture, and of the canvas that it is reduced from. */
const side = 512;
const size = 2 * side;

// --- colours -----------------------------------------------------------------------------------------------------

/** `#rrggbb` as red, green, blue in [0, 1]. */
const rgb = hex => [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16) / 255);
const palette = text => text.split(' ').map(rgb);
const mix = (a, b, t) => a.map((value, i) => value + (b[i] - value) * t);
const shade = (color, factor) => color.map(value => Math.min(1, Math.max(0, value * factor)));
const clamp = t => Math.min(1, Math.max(0, t));
const smooth = (from, to, t) => {
  const u = clamp((t - from) / (to - from));
  return u * u * (3 - 2 * u);
};

/** The colour at a place from 0 to 1 of a palette. */
function ramp(colors, t) {
  const at = clamp(t) * (colors.length - 1);
  const i = Math.min(colors.length - 2, Math.floor(at));
  return mix(colors[i], colors[i + 1], at - i);
}

// --- noise -------------------------------------------------------------------------------------------------------

function hash(x, y) {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise in [0, 1] whose hills are one unit wide. */
function noise(x, y) {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - i, y - j];
  const [su, sv] = [u * u * (3 - 2 * u), v * v * (3 - 2 * v)];
  const [a, b, c, d] = [hash(i, j), hash(i + 1, j), hash(i, j + 1), hash(i + 1, j + 1)];
  return a + (b - a) * su + (c - a) * sv + (a - b - c + d) * su * sv;
}

function fractal(x, y, octaves = 4) {
  let [sum, whole, share] = [0, 0, 1];
  for (let o = 0; o < octaves; o++) {
    sum += share * noise(x, y);
    whole += share;
    share *= 0.5;
    [x, y] = [1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1];
  }
  return sum / whole;
}

// --- canvas ------------------------------------------------------------------------------------------------------

/** A canvas of places in [0, 1], painted over again and again. */
class Canvas {
  data = new Float32Array(size * size * 3);

  /** @param color of the place x, y */
  fill(color) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) this.data.set(color((x + 0.5) / size, (y + 0.5) / size), 3 * (y * size + x));
    }
  }

  /** @param color of the place x, y and what is there */
  change(color) {
    this.fill((x, y) => color(x, y, this.at(x, y)));
  }

  at(x, y) {
    const i = 3 * (Math.floor(y * size) * size + Math.floor(x * size));
    return [this.data[i], this.data[i + 1], this.data[i + 2]];
  }

  blend(px, py, color, cover) {
    if (px < 0 || py < 0 || px >= size || py >= size || cover <= 0) return;
    const i = 3 * (py * size + px);
    for (let c = 0; c < 3; c++) this.data[i + c] += (color[c] - this.data[i + c]) * cover;
  }

  /** A disc, its edge soft by a pixel. */
  disc(x, y, radius, color, cover = 1) {
    const [cx, cy, r] = [x * size, y * size, radius * size];
    for (let py = Math.floor(cy - r - 1); py <= cy + r + 1; py++) {
      for (let px = Math.floor(cx - r - 1); px <= cx + r + 1; px++) {
        const distance = Math.hypot(px + 0.5 - cx, py + 0.5 - cy);
        this.blend(px, py, color, cover * clamp(r - distance + 0.5));
      }
    }
  }

  /**
   * A stroke of a brush along a field of directions: bristles of slightly different colours, thin at both ends.
   *
   * @param angle of the field at a place
   */
  stroke(x, y, angle, { length, width, color, random, bristles = 7, contrast = 0.16, cover = 0.9 }) {
    const steps = Math.ceil(length * size);
    const tones = Array.from({ length: bristles }, () => 1 + contrast * (2 * random.uniform() - 1));
    for (let step = 0; step < steps; step++) {
      const along = step / steps;
      const wide = width * Math.sqrt(Math.sin(Math.PI * (0.04 + 0.92 * along)));
      const a = angle(x, y);
      const [dx, dy] = [Math.cos(a), Math.sin(a)];
      for (let b = 0; b < bristles; b++) {
        const off = (b / (bristles - 1) - 0.5) * wide;
        const radius = (0.62 * wide) / bristles + 0.4 / size;
        this.disc(x - dy * off, y + dx * off, radius, shade(color, tones[b]), cover);
      }
      x += dx / size;
      y += dy / size;
    }
  }

  picture() {
    const data = Uint8Array.from(this.data, value => Math.round(255 * clamp(value)));
    return resizePicture({ data, width: size, height: size, channels: 3 }, { width: side, height: side });
  }
}

/** Random places, nearly evenly spread: one in each square of a grid. */
function scattered(count, random) {
  return random.permutation(count * count).map(i => ({
    x: ((i % count) + random.uniform()) / count,
    y: (Math.floor(i / count) + random.uniform()) / count,
  }));
}

/** The nearest and the second nearest of some places, as a function of a place. */
function cells(places, reach) {
  const grid = new Map();
  for (const place of places) {
    const key = `${Math.floor(place.x / reach)},${Math.floor(place.y / reach)}`;
    grid.set(key, [...(grid.get(key) ?? []), place]);
  }
  return (x, y) => {
    let [first, second, nearest] = [9, 9, places[0]];
    for (let j = -1; j <= 1; j++) {
      for (let i = -1; i <= 1; i++) {
        for (const place of grid.get(`${Math.floor(x / reach) + i},${Math.floor(y / reach) + j}`) ?? []) {
          const distance = Math.hypot(place.x - x, place.y - y);
          if (distance < first) [first, second, nearest] = [distance, first, place];
          else if (distance < second) second = distance;
        }
      }
    }
    return { nearest, edge: second - first, distance: first };
  };
}

// --- pictures ----------------------------------------------------------------------------------------------------

const pictures = {
  /** A sea of brush strokes that curl around eddies, under a warm sky. */
  waves(canvas, random) {
    const sea = palette('#0b1f4b #12407f #1c6ea4 #2f9fb8 #8fd3c8 #f4efd8');
    const sky = palette('#f2a65a #f6d186 #f9ebc8 #e8804f #c8553d');
    const eddies = [
      { x: 0.26, y: 0.62, turn: 1, radius: 0.2 },
      { x: 0.72, y: 0.56, turn: -1, radius: 0.24 },
      { x: 0.5, y: 0.88, turn: 1, radius: 0.17 },
      { x: 0.78, y: 0.2, turn: 1, radius: 0.17 },
      { x: 0.22, y: 0.2, turn: -1, radius: 0.2 },
    ];
    const angle = (x, y) => {
      let [u, v] = [0.55, 0.1 * Math.sin(9 * x)];
      for (const eddy of eddies) {
        const [dx, dy] = [x - eddy.x, y - eddy.y];
        const pull = eddy.turn * Math.exp(-(dx * dx + dy * dy) / (2 * eddy.radius ** 2)) * (2.4 / eddy.radius);
        u -= pull * dy;
        v += pull * dx;
      }
      return Math.atan2(v, u) + 0.5 * (fractal(4 * x, 4 * y) - 0.5);
    };
    const ringOf = (x, y) => {
      let value = 0.4 * x;
      for (const eddy of eddies) {
        const distance = Math.hypot(x - eddy.x, y - eddy.y);
        value += Math.exp(-((distance / eddy.radius) ** 2)) * distance * 16;
      }
      return value;
    };
    const shore = x => 0.4 + 0.05 * Math.sin(7 * x + 1) + 0.05 * (fractal(3 * x, 7) - 0.5);
    const colorAt = (x, y) => {
      const band = 0.5 + 0.5 * Math.sin(9 * ringOf(x, y) + 5 * fractal(5 * x, 5 * y));
      const drift = 0.25 * (fractal(9 * x + 5, 9 * y) - 0.5);
      return y > shore(x) ? ramp(sea, band ** 1.3 + drift) : ramp(sky, band + drift);
    };
    canvas.fill((x, y) => shade(colorAt(x, y), 0.8));
    for (const [count, length, width] of [
      [46, 0.09, 0.02],
      [84, 0.06, 0.011],
    ]) {
      for (const { x, y } of scattered(count, random)) {
        const color = shade(colorAt(x, y), 0.9 + 0.22 * random.uniform());
        canvas.stroke(x, y, angle, { length: length * (0.6 + 0.7 * random.uniform()), width, color, random });
      }
    }
  },

  /** Stones in dark mortar: a sun with rings around it. */
  mosaic(canvas, random) {
    const colors = palette('#f6bd2b #ee7b30 #d1372c #7a1f3d #1d3461 #1f7a8c #7fb685 #f3e9d2');
    const places = [];
    const center = { x: 0.5, y: 0.5 };
    for (let ring = 0, radius = 0; radius < 0.78; ring++, radius += 0.026) {
      const count = Math.max(1, Math.round((2 * Math.PI * radius) / 0.0285));
      for (let i = 0; i < count; i++) {
        const a = (2 * Math.PI * (i + 0.5 * (ring % 2))) / count;
        const r = radius + 0.004 * (random.uniform() - 0.5);
        const [x, y] = [center.x + r * Math.cos(a), center.y + r * Math.sin(a)];
        const petal = Math.cos(8 * a) * 0.05 * Math.min(1, 4 * radius);
        const band = ((radius + petal) / 0.115) % 8;
        const tone = 0.82 + 0.36 * random.uniform();
        const at = colors[(Math.floor(band) + (random.uniform() < 0.08 ? 1 : 0)) % 8];
        places.push({ x, y, color: shade(mix(at, colors[7], 0.16 * random.uniform()), tone), tilt: random.uniform() });
      }
    }
    const find = cells(places, 0.05);
    const mortar = rgb('#1b1a1f');
    canvas.fill((x, y) => {
      const { nearest, edge } = find(x, y);
      const light = 1 + 9 * ((nearest.x - x) * Math.cos(6.3 * nearest.tilt) + (nearest.y - y) * 0.9);
      const grain = 0.9 + 0.2 * fractal(90 * x, 90 * y, 2);
      return mix(mortar, shade(nearest.color, light * grain), smooth(0.0022, 0.0055, edge));
    });
  },

  /** Black and indigo ink in curved hatching on warm paper, with red seals. */
  ink(canvas, random) {
    const paper = rgb('#f1e4c8');
    canvas.fill((x, y) => shade(paper, 0.93 + 0.12 * fractal(6 * x, 6 * y) + 0.05 * fractal(120 * x, 120 * y, 2)));
    const hill = (x, y) => fractal(2.6 * x + 3, 2.6 * y + 1, 3);
    const angle = (x, y) => {
      const e = 0.01;
      return Math.atan2(hill(x + e, y) - hill(x - e, y), -(hill(x, y + e) - hill(x, y - e))) + 0.1;
    };
    const inks = palette('#15151c #1c2340 #2d4263 #15151c #3d2b2b');
    for (const { x, y } of scattered(64, random)) {
      const dark = smooth(0.3, 0.72, hill(x, y) + 0.14 * Math.sin(22 * hill(x, y)));
      if (random.uniform() > 0.12 + 0.9 * dark) continue;
      canvas.stroke(x, y, angle, {
        length: 0.04 + 0.09 * random.uniform(),
        width: 0.0025 + 0.009 * dark * random.uniform(),
        color: inks[random.int(inks.length)],
        random,
        bristles: 3,
        contrast: 0.3,
        cover: 0.55,
      });
    }
    for (let blot = 0; blot < 26; blot++) {
      const [x, y, radius] = [random.uniform(), random.uniform(), 0.004 + 0.02 * random.uniform() ** 3];
      const color = random.uniform() < 0.35 ? rgb('#b3261e') : inks[1];
      for (let i = 0; i < 14; i++) {
        const [a, r] = [6.3 * random.uniform(), radius * 1.5 * random.uniform()];
        canvas.disc(x + r * Math.cos(a), y + r * Math.sin(a), radius * (0.3 + 0.7 * random.uniform()), color, 0.5);
      }
    }
  },

  /** Planes of a broken crystal, each with its own light. */
  facets(canvas, random) {
    const colors = palette('#12263a #1f4e79 #2a9d8f #e9c46a #f4a261 #e76f51 #9b2948 #f7ede2');
    const places = scattered(15, random).map(({ x, y }) => {
      const warm = clamp(0.5 + 0.9 * (x - 0.5) - 0.8 * (y - 0.5) + 0.5 * (random.uniform() - 0.5));
      return { x, y, color: ramp(colors, warm), angle: 6.3 * random.uniform() };
    });
    const find = cells(places, 0.14);
    const split = places.map(() => 0.016 * (random.uniform() - 0.5));
    const number = new Map(places.map((place, i) => [place, i]));
    canvas.fill((x, y) => {
      const { nearest, edge } = find(x, y);
      const [dx, dy] = [x - nearest.x, y - nearest.y];
      const across = dx * Math.cos(nearest.angle) + dy * Math.sin(nearest.angle);
      const offset = split[number.get(nearest)];
      const half = across > offset ? 1.16 : 0.8;
      const glow = half * (1 + 7 * across);
      const line = smooth(0, 0.0035, Math.abs(across - offset));
      const rim = smooth(0.001, 0.006, edge);
      const grain = 0.93 + 0.14 * fractal(70 * x, 70 * y, 3);
      const color = shade(nearest.color, glow * grain);
      return mix(rgb('#0d1321'), mix(rgb('#fff3d6'), color, 0.35 + 0.65 * line), 0.15 + 0.85 * rim);
    });
  },

  /** Woven cloth: warp and weft of many colours. */
  loom(canvas, random) {
    const colors = palette('#7b1e3a #d1495b #edae49 #00798c #30638e #003d5b #f4e9cd #5c8d5a');
    const bands = () => {
      const list = [];
      for (let at = 0; at < 1; ) {
        const width = (2 + random.int(5)) * 0.012;
        list.push({ until: at + width, color: colors[random.int(colors.length)] });
        at += width;
      }
      return at => list.find(({ until }) => at < until)?.color ?? colors[0];
    };
    const [warp, weft] = [bands(), bands()];
    const thread = 0.012;
    canvas.fill((x0, y0) => {
      const x = x0 + 0.006 * (fractal(5 * x0, 5 * y0) - 0.5);
      const y = y0 + 0.006 * (fractal(5 * x0 + 9, 5 * y0 + 4) - 0.5);
      const [i, j] = [Math.floor(x / thread), Math.floor(y / thread)];
      const [u, v] = [x / thread - i - 0.5, y / thread - j - 0.5];
      const diamond = Math.abs(((i + 400) % 16) - 8) + Math.abs(((j + 400) % 16) - 8);
      const over = (i + j + (diamond < 8 ? 0 : 1)) % 2 === 0 || diamond === 8;
      const color = over ? warp(x) : weft(y);
      const [along, across] = over ? [v, u] : [u, v];
      const round = Math.sqrt(Math.max(0, 1 - (1.75 * across) ** 2)) * (0.78 + 0.3 * Math.cos(Math.PI * along));
      const fibre = 0.84 + 0.32 * noise(over ? 260 * x : 40 * x, over ? 40 * y : 260 * y);
      return shade(color, (0.3 + 0.9 * round) * fibre);
    });
  },

  /** Polished agate: rings in rings. */
  rings(canvas, random) {
    const colors = palette('#2b1a2f #6d2e46 #a8577e #e0a9a5 #f6e3d4 #f2b872 #d9783d #1d6a78 #0f3b4c #2b1a2f');
    const seeds = Array.from({ length: 5 }, () => ({
      x: random.uniform(),
      y: random.uniform(),
      stretch: 0.7 + 0.7 * random.uniform(),
    }));
    canvas.fill((x, y) => {
      const [wx, wy] = [x + 0.16 * (fractal(3 * x, 3 * y) - 0.5), y + 0.16 * (fractal(3 * x + 7, 3 * y + 3) - 0.5)];
      let field = 0;
      for (const seed of seeds) field += 0.05 / (0.05 + Math.hypot(wx - seed.x, (wy - seed.y) * seed.stretch));
      const depth = 2.6 * field + 0.12 * fractal(16 * x, 16 * y, 3);
      const color = ramp(colors, (depth * 2.3) % 1);
      const lines = 0.86 + 0.2 * Math.sin(70 * depth) * (0.5 + 0.5 * Math.sin(11 * depth));
      const sparkle = noise(210 * x, 210 * y) ** 12 * 0.5;
      return shade(color, lines).map(value => value + sparkle);
    });
  },

  /** Round drops of paint, each of several rings. */
  bubbles(canvas, random) {
    const colors = palette('#ff595e #ff924c #ffca3a #8ac926 #36949d #1982c4 #4267ac #6a4c93 #fff6e0');
    const ground = palette('#251b3f #3a2a66 #1b2f57');
    canvas.fill((x, y) => ramp(ground, fractal(3 * x, 3 * y)));
    for (let round = 0; round < 800; round++) {
      const large = 1 - round / 800;
      const [x, y] = [random.uniform(-0.05, 1.05), random.uniform(-0.05, 1.05)];
      const radius = 0.011 + 0.09 * large ** 1.8 * random.uniform(0.5, 1);
      const hue = 8 * fractal(1.7 * x + 2, 1.7 * y + 5, 2) + random.int(3);
      for (let ring = 0; ring < 4; ring++) {
        const color =
          ring === 0 ? rgb('#1c1530') : shade(colors[(Math.floor(hue) + 2 * ring) % 9], 0.9 + 0.2 * random.uniform());
        canvas.disc(x, y, radius * (1.08 - 0.27 * ring), color, ring === 0 ? 0.8 : 1);
      }
      canvas.disc(x - 0.3 * radius, y - 0.35 * radius, 0.16 * radius, rgb('#ffffff'), 0.8);
    }
    canvas.change((x, y, color) => shade(color, 0.92 + 0.16 * fractal(80 * x, 80 * y, 2)));
  },

  /** A scene: houses at dusk, mirrored in a river. */
  city(canvas, random) {
    const sky = palette('#1d2b53 #4b4376 #a1587a #ee8a68 #ffd58a');
    const shore = 0.68;
    const sun = { x: 0.64, y: 0.5 };
    const houses = [];
    for (const [depth, base] of [
      [0, 0.3],
      [1, 0.2],
      [2, 0.1],
    ]) {
      for (let x = -0.05; x < 1.05; ) {
        const width = random.uniform(0.05, 0.11);
        const height = base + random.uniform(0, 0.22) * (depth === 0 && Math.abs(x - 0.3) < 0.2 ? 1.4 : 0.8);
        houses.push({
          depth,
          left: x,
          right: x + width,
          top: shore - height,
          seed: random.int(1000),
          roof: random.int(3),
        });
        x += width * random.uniform(0.75, 1.15);
      }
    }
    const walls = palette('#6d5f86 #54466e #2f2a4a');
    const view = (x, y) => {
      let color = ramp(sky, (y / shore) ** 1.4 + 0.16 * (fractal(2 * x, 9 * y) - 0.5));
      const glow = Math.hypot(x - sun.x, y - sun.y);
      color = mix(color, rgb('#fff1c2'), Math.exp(-9 * glow) * 0.8 + smooth(0.062, 0.058, glow));
      for (const { depth, left, right, top, seed, roof } of houses) {
        if (x < left || x > right) continue;
        const middle = (left + right) / 2;
        const edge =
          roof === 0
            ? top
            : roof === 1
              ? top - 0.9 * (0.5 * (right - left) - Math.abs(x - middle))
              : top - 0.3 * (x - left);
        if (y < edge) continue;
        const light = 0.75 + 0.5 * smooth(left, right, x) + 0.3 * (y - top);
        color = shade(mix(walls[depth], rgb('#e89a7b'), 0.3 * smooth(0.7, 0, glow)), light);
        const [i, j] = [Math.floor((x - left) / 0.014), Math.floor((y - top) / 0.021)];
        const [u, v] = [(x - left) / 0.014 - i, (y - top) / 0.021 - j];
        const isWindow = u > 0.25 && u < 0.8 && v > 0.2 && v < 0.75 && y > top + 0.012 && x < right - 0.006;
        if (isWindow) color = hash(i + seed, j) > 0.55 ? rgb('#ffd97a') : shade(color, 0.62);
      }
      return color;
    };
    canvas.fill((x, y) => {
      if (y < shore) return view(x, y);
      const depth = y - shore;
      const ripple = (fractal(14 * x, 70 * y) - 0.5) * (0.01 + 0.09 * depth);
      const seen = view(x + ripple, Math.max(0, shore - 1.5 * depth + ripple * 0.5));
      return mix(shade(seen, 0.8), rgb('#1b2547'), 0.2 + 0.5 * depth + 0.2 * smooth(0.5, 0.75, fractal(6 * x, 60 * y)));
    });
    canvas.change((x, y, color) => shade(color, 0.97 + 0.06 * noise(400 * x, 400 * y)));
  },

  /** A scene: flowers in a vase on a table. */
  flowers(canvas, random) {
    const wall = palette('#d9c9a8 #b9b59a #8f9d8c');
    const table = 0.76;
    canvas.fill((x, y) =>
      y < table
        ? shade(ramp(wall, 0.9 * Math.hypot(x - 0.25, y - 0.15)), 0.95 + 0.1 * fractal(5 * x, 5 * y))
        : shade(
            rgb('#8a5a3c'),
            0.75 + 0.5 * fractal(3 * x, 40 * y) - 0.9 * Math.exp(-30 * Math.hypot(0.5 * (x - 0.58), y - 0.86)),
          ),
    );
    const heads = [
      [0.5, 0.24, 0.135, '#f2b01e'],
      [0.29, 0.36, 0.11, '#d8412f'],
      [0.7, 0.35, 0.12, '#e8e3f0'],
      [0.41, 0.47, 0.085, '#c9679d'],
      [0.61, 0.5, 0.095, '#f28b30'],
      [0.2, 0.54, 0.065, '#6d79c8'],
      [0.81, 0.53, 0.07, '#6d79c8'],
    ];
    for (const [x, y] of heads) {
      for (let t = 0; t <= 1; t += 0.001) {
        const [px, py] = [x + (0.5 - x) * t ** 1.6, y + (0.7 - y) * t];
        canvas.disc(px, py, 0.006, shade(rgb('#3f6b3a'), 0.8 + 0.4 * noise(60 * px, 60 * py)));
      }
    }
    for (let leaf = 0; leaf < 26; leaf++) {
      const [x, y, a] = [0.5 + random.uniform(-0.3, 0.3), random.uniform(0.42, 0.68), random.uniform(0, 6.3)];
      for (let t = -1; t <= 1; t += 0.02) {
        const color = shade(rgb('#3f7a45'), 0.7 + 0.35 * t + 0.3 * random.uniform());
        canvas.disc(
          x + 0.05 * t * Math.cos(a),
          y + 0.05 * t * Math.sin(a),
          0.017 * Math.sqrt(1 - t * t) + 0.001,
          color,
        );
      }
    }
    canvas.change((x, y, color) => {
      const v = (y - 0.62) / 0.26;
      if (v < 0 || v > 1) return color;
      const half = 0.085 + 0.045 * Math.sin(Math.PI * v ** 0.8) - 0.02 * v;
      const u = (x - 0.5) / half;
      if (Math.abs(u) > 1) return color;
      const shine = Math.exp(-30 * (u + 0.45) ** 2) * 0.7;
      return mix(shade(rgb('#2f6f8f'), 0.5 + 0.6 * Math.sqrt(1 - u * u) - 0.25 * u), [1, 1, 1], shine);
    });
    for (const [x, y, radius, hex] of [...heads].reverse()) {
      for (let ring = 0; ring < 3; ring++) {
        const petals = 13;
        for (let i = 0; i < petals; i++) {
          const a = (6.2832 * (i + 0.5 * ring)) / petals + 0.2 * random.uniform();
          const tone = (0.62 + 0.18 * ring) * (0.9 + 0.25 * random.uniform()) * (1 - 0.18 * Math.sin(a + 0.7));
          const length = radius * (1 - 0.22 * ring);
          for (let t = 0.2; t <= 1; t += 0.03) {
            const wide = 0.24 * length * Math.sin(Math.PI * Math.min(0.97, t * 0.9 + 0.05));
            canvas.disc(
              x + t * length * Math.cos(a),
              y + t * length * Math.sin(a),
              wide,
              shade(rgb(hex), tone * (0.75 + 0.4 * t)),
            );
          }
        }
      }
      for (let seed = 0; seed < 120; seed++) {
        const [a, r] = [2.39996 * seed, 0.3 * radius * Math.sqrt(seed / 120)];
        canvas.disc(
          x + r * Math.cos(a),
          y + r * Math.sin(a),
          0.045 * radius,
          shade(rgb('#5b3a1e'), 0.6 + 0.8 * random.uniform()),
        );
      }
    }
  },
};

for (const [index, [name, paint]] of Object.entries(pictures).entries()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const canvas = new Canvas();
  paint(canvas, new Random(index + 1));
  await writePicture(join(folder, `${name}.jpg`), canvas.picture(), { quality: 90 });
  console.log(name);
}
