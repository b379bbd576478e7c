import { createHash } from 'node:crypto';

/**
 * One value for a set of images, independent of their names and order: SHA-256 over their sorted SHA-256s,
 * one a line.
 */
export function contentHash(images: readonly { readonly sha256: string }[]): string {
  const hashes = images.map(({ sha256 }) => sha256).sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}
