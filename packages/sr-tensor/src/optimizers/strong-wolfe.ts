/**
 * A search for a step length t that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization,
 * 2nd edition, algorithms 3.5 and 3.6), with the constants and safeguards of `torch.optim.LBFGS`:
 *
 *   f(t) <= f(0) + c1 t f'(0)   and   |f'(t)| <= c2 |f'(0)|
 */

/** A point on the line. */
export interface SearchPoint {
  readonly t: number;
  readonly value: number;
  /** Derivative with respect to t. */
  readonly slope: number;
}

/** Nocedal and Wright, section 3.1: c1 = 1e-4, and c2 = 0.9 for quasi-Newton directions. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;
/** torch.optim.LBFGS. */
const maxEvaluations = 25;

export interface SearchOptions<Point> {
  /** The search ends when the bracket is shorter. */
  readonly changeTolerance: number;
  /** Told every point that is not the result. */
  discard(point: Point): void;
}

/**
 * Searches along a line for a point that satisfies the strong Wolfe conditions.
 *
 * @param evaluate gives the point at a distance
 * @param start the point at 0, its slope negative
 * @param t the distance to try first
 * @returns such a point, or the best one found within 25 evaluations or a bracket too short to go on
 */
export async function strongWolfe<Point extends SearchPoint>(
  evaluate: (t: number) => Promise<Point>,
  start: Point,
  t: number,
  { changeTolerance, discard }: SearchOptions<Point>,
): Promise<Point> {
  const points = [start];
  const visit = async (distance: number): Promise<Point> => {
    const point = await evaluate(distance);
    points.push(point);
    return point;
  };
  try {
    const result = await search(visit, start, t, changeTolerance);
    points.splice(points.indexOf(result), 1);
    return result;
  } finally {
    for (const point of points) discard(point);
  }
}

async function search<Point extends SearchPoint>(
  visit: (t: number) => Promise<Point>,
  start: Point,
  t: number,
  changeTolerance: number,
): Promise<Point> {
  const tooHigh = (point: Point): boolean => !(point.value <= start.value + sufficientDecrease * point.t * start.slope);
  const flat = (point: Point): boolean => Math.abs(point.slope) <= -curvature * start.slope;

  // Go further until two points enclose an acceptable one (algorithm 3.5).
  let previous = start;
  let point = await visit(t);
  let rounds = 0;
  let bracket: [Point, Point] | undefined;
  while (rounds < maxEvaluations) {
    if (tooHigh(point) || (rounds > 1 && point.value >= previous.value)) {
      bracket = [previous, point];
      break;
    }
    if (flat(point)) return point;
    if (point.slope >= 0) {
      bracket = [previous, point];
      break;
    }
    const next = cubicMinimum(previous, point, point.t + 0.01 * (point.t - previous.t), 10 * point.t);
    previous = point;
    point = await visit(next);
    rounds++;
  }
  bracket ??= [start, point];

  // Narrow the bracket (algorithm 3.6, "zoom"); `low` is its end with the lower value.
  let [low, high] = bracket[0].value <= bracket[1].value ? bracket : [bracket[1], bracket[0]];
  let wasSlow = false;
  while (rounds < maxEvaluations && Math.abs(high.t - low.t) >= changeTolerance) {
    const [left, right] = low.t < high.t ? [low.t, high.t] : [high.t, low.t];
    let next = low.t < high.t ? cubicMinimum(low, high, left, right) : cubicMinimum(high, low, left, right);
    // A minimum within a tenth of an end twice in a row, or beyond one, is moved a tenth inwards.
    const margin = 0.1 * (right - left);
    const isNear = Math.min(right - next, next - left) < margin;
    const isForced: boolean = isNear && (wasSlow || next >= right || next <= left);
    if (isForced) next = right - next < next - left ? right - margin : left + margin;
    wasSlow = isNear && !isForced;

    point = await visit(next);
    rounds++;
    if (tooHigh(point) || point.value >= low.value) {
      high = point;
      if (high.value < low.value) [low, high] = [high, low];
    } else {
      if (flat(point)) return point;
      if (point.slope * (high.t - low.t) >= 0) high = low;
      low = point;
    }
  }
  return low;
}

/** The minimum of the cubic through two points and their slopes (equation 3.59), clipped; the middle if it has none. */
function cubicMinimum(a: SearchPoint, b: SearchPoint, lowest: number, highest: number): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (lowest + highest) / 2;
  const d2 = Math.sqrt(square);
  const t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  return Math.min(Math.max(t, lowest), highest);
}
