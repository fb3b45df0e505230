/** Places for the names of points, where none covers another, a point or a line. */

export type Position = readonly [x: number, y: number];
export type Line = readonly [from: Position, to: Position];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelPlace {
  /** Where the text begins, has its middle or ends, at half its height. */
  readonly at: Position;
  readonly align: 'left' | 'center' | 'right';
  /** From the point to the text; undefined where that stands beside it. */
  readonly line?: Line;
}

interface Label {
  readonly point: Position;
  readonly width: number;
  readonly height: number;
}

interface Candidate {
  readonly place: LabelPlace;
  readonly box: Box;
  readonly line: Line;
  readonly cost: number;
}

/** From a point to the text beside it, and to others that a line leads to. */
const distances = [9, 18, 26, 36, 48, 62, 78, 96, 116] as const;
/** From the end of a line to the text. */
const lineGap = 3;
const directions = 32;
const rounds = 8;
/** Half the side of a point. */
const side = 7;
/** Beside distances in pixels: above all nothing may be covered. */
const costs = { covered: 1000, crossed: 400, steep: 3, atLeft: 1 };

/**
 * Tries places around each point and takes the cheapest, in turns until none moves. It does so as often as there are labels, beginning
 * with another one each time, and returns what costs least.
 *
 * @param labels points, and the sizes of their names, in pixels
 * @param area where names may stand
 */
export function placeLabels(labels: readonly Label[], area: Box): LabelPlace[] {
  const candidates = labels.map(label => {
    const all = candidatesOf(label);
    const inside = all.filter(({ box }) => isWithin(box, area));
    return inside.length > 0 ? inside : all;
  });
  // What a place costs whatever the other names do.
  const alone = candidates.map((own, i) => own.map(each => each.cost + costOfPoints(each, labels, i)));
  let best: { places: LabelPlace[]; cost: number } = { places: [], cost: Number.POSITIVE_INFINITY };
  for (const first of labels.keys()) {
    const chosen: (Candidate | undefined)[] = labels.map(() => undefined);
    let cost = 0;
    for (let [round, moved] = [0, true]; round < rounds && moved; round++) {
      [cost, moved] = [0, false];
      for (const k of labels.keys()) {
        const i = (first + k) % labels.length;
        const others = chosen.filter((other, j) => other !== undefined && j !== i) as Candidate[];
        const each = candidates[i]!.map((own, c) => alone[i]![c]! + costOfNames(own, others));
        const least = Math.min(...each);
        const place = candidates[i]![each.indexOf(least)]!;
        moved ||= place !== chosen[i];
        chosen[i] = place;
        cost += least;
      }
    }
    if (cost < best.cost) best = { places: chosen.map(each => each!.place), cost };
  }
  return best.places;
}

function candidatesOf({ point: [x, y], width, height }: Label): Candidate[] {
  return distances.flatMap((distance, ring) =>
    Array.from({ length: directions }, (_, i): Candidate => {
      const angle = (2 * Math.PI * i) / directions;
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const at = (radius: number): Position => [x + radius * dx, y + radius * dy];
      const [endX, endY] = at(distance);
      const align = dx > 0.35 ? 'left' : dx < -0.35 ? 'right' : 'center';
      const left = endX - width * { left: 0, center: 0.5, right: 1 }[align];
      // Away from the point: above it or below where the line is steep.
      const top = endY - (height * (1 - dy)) / 2;
      const line: Line = [[x, y], at(distance - lineGap)];
      const place = { at: [endX, top + height / 2] as const, align } as const;
      return {
        place: ring === 0 ? place : { ...place, line },
        box: { left, top, right: left + width, bottom: top + height },
        line,
        // At the right a name reads best.
        cost: distance + (dy !== 0 && i !== directions / 2 ? costs.steep : i === 0 ? 0 : costs.atLeft),
      };
    }),
  );
}

function costOfPoints({ box, line }: Candidate, labels: readonly Label[], own: number): number {
  const from = labels[own]!.point;
  return labels.reduce((sum, { point }, i) => {
    if (i === own) return sum;
    // Lines keep off other points as far as these lie apart from their own.
    const apart = Math.hypot(point[0] - from[0], point[1] - from[1]) / 2;
    const isMet = meets(line, around(point, Math.min(side, apart)));
    return sum + (overlap(box, around(point, side)) ? costs.covered : 0) + (isMet ? costs.crossed : 0);
  }, 0);
}

function costOfNames({ box, line }: Candidate, others: readonly Candidate[]): number {
  return others.reduce((sum, other) => {
    const isCovered = overlap(box, other.box) || meets(line, other.box) || meets(other.line, box);
    return sum + (isCovered ? costs.covered : 0) + (cross(line, other.line) ? costs.crossed : 0);
  }, 0);
}

function around([x, y]: Position, half: number): Box {
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

function isWithin(box: Box, area: Box): boolean {
  return box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Whether the line begins or ends in the box, or crosses it. */
function meets(line: Line, { left, top, right, bottom }: Box): boolean {
  const isInside = ([x, y]: Position): boolean => x > left && x < right && y > top && y < bottom;
  const rising: Line = [
    [left, bottom],
    [right, top],
  ];
  const falling: Line = [
    [left, top],
    [right, bottom],
  ];
  return line.some(isInside) || cross(line, rising) || cross(line, falling);
}

function cross([a, b]: Line, [c, d]: Line): boolean {
  return turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b);
}

/** On which side of the line from `a` to `b` the third lies. */
function turn(a: Position, b: Position, [x, y]: Position): number {
  return Math.sign((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]));
}
