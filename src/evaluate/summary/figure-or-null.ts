/** JSON has neither NaN nor Infinity: a figure that does not exist is null. */
export function figureOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
