/**
 * Whether a file holds everything its format promises. `missing`: it does not, or it cannot be read. `zeros`:
 * the format has no mark at its end, and where the last pixels should be are zeros, which may be bytes that
 * were never written. `unknown`: its end is not cheap to find.
 */
export type FormatEnd = 'present' | 'missing' | 'zeros' | 'unknown' | 'gone';

/** Random access to a file's bytes; a read past the end gives fewer bytes. */
export interface ByteSource {
  readonly size: number;
  read(position: number, length: number): Promise<Buffer>;
}
