/**
 * Whether a file holds everything its format promises.
 * `missing`: it does not, or it cannot be read. `unknown`: the format has no end that is cheap to find.
 */
export type FormatEnd = 'present' | 'missing' | 'unknown' | 'gone';

/** Random access to a file's bytes; a read past the end gives fewer bytes. */
export interface ByteSource {
  readonly size: number;
  read(position: number, length: number): Promise<Buffer>;
}
