/** A figure, or null if it does not exist: JSON has neither NaN nor Infinity. */
export function figureOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
