import { hasRightChecksum, isCritical, type PngChunk, type PngLayout } from './chunks.js';

/** Transparency changes what a pixel looks like, although a reader may leave it out. */
const SHOWN: readonly string[] = ['tRNS'];

/**
 * The same PNG without the remarks that keep it from being decoded: those with a wrong checksum, and those
 * that stand between two parts of the pixels. Everything that makes pixels is copied as it is. Undefined: it
 * has none of them.
 */
export function withoutHarmlessPngDamage(bytes: Buffer, { chunks, isWhole }: PngLayout): Buffer | undefined {
  if (!isWhole) return undefined;
  const types = chunks.map(({ type }) => type);
  const [first, last] = [types.indexOf('IDAT'), types.lastIndexOf('IDAT')];
  const isHarmful = (chunk: PngChunk, index: number): boolean =>
    !isCritical(chunk) &&
    !SHOWN.includes(chunk.type) &&
    ((index > first && index < last) || !hasRightChecksum(bytes, chunk));
  const kept = chunks.filter((chunk, index) => !isHarmful(chunk, index));
  if (kept.length === chunks.length) return undefined;
  const parts = kept.map(({ start, end }) => bytes.subarray(start, end));
  return Buffer.concat([bytes.subarray(0, chunks[0]?.start), ...parts]);
}
