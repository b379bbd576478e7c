export type CurvePoint = [x: number, y: number];

interface CurvePiece {
  readonly from: number;
  readonly to: number;
  /** The point between them with the largest distance from the straight line. */
  readonly farthest: number;
  readonly distance: number;
}

/** Distance below which a point is on the line except for rounding. */
const ON_THE_LINE = 1e-12;

/**
 * At most `most` of a curve's points, for a plot: the two ends, then repeatedly the point with the largest
 * distance from the line drawn so far (Ramer 1972, Douglas and Peucker 1973, stopped by count). Corners stay,
 * and points on a straight line are dropped even if there is room. Areas are never computed from the result.
 */
export function thinCurve(points: readonly CurvePoint[], most: number): CurvePoint[] {
  const kept = new Set([0, points.length - 1]);
  const pieces = points.length > 2 ? [pieceOf(points, 0, points.length - 1)] : [];
  while (kept.size < most) {
    const widest = pieces.reduce(
      (best, piece, index) => (piece.distance > distanceOf(pieces[best]) ? index : best),
      0,
    );
    const piece = pieces[widest];
    if (piece === undefined || piece.distance <= ON_THE_LINE) break;
    kept.add(piece.farthest);
    pieces.splice(
      widest,
      1,
      pieceOf(points, piece.from, piece.farthest),
      pieceOf(points, piece.farthest, piece.to),
    );
  }
  return points.filter((_, index) => kept.has(index));
}

function distanceOf(piece: CurvePiece | undefined): number {
  return piece?.distance ?? 0;
}

function pieceOf(points: readonly CurvePoint[], from: number, to: number): CurvePiece {
  const [x, y] = points[from] ?? [0, 0];
  const [endX, endY] = points[to] ?? [0, 0];
  const length = Math.hypot(endX - x, endY - y);
  let [farthest, distance] = [from, 0];
  for (let index = from + 1; index < to; index++) {
    const [pointX, pointY] = points[index] ?? [0, 0];
    const across = Math.abs((endX - x) * (pointY - y) - (endY - y) * (pointX - x));
    const away = length === 0 ? Math.hypot(pointX - x, pointY - y) : across / length;
    if (away > distance) [farthest, distance] = [index, away];
  }
  return { from, to, farthest, distance };
}
