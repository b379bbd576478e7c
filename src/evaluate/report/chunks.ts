/**
 * Splits a list into parts of at most `size` items, as equal as possible; an empty list gives one empty part.
 */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts = Math.max(1, Math.ceil(items.length / size));
  const length = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(part * length, (part + 1) * length));
}
