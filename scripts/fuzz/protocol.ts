/** Messages from the decoding process to the one that watches it. Its task is in its arguments. */
export type FromDecoder =
  | { readonly kind: 'begun'; readonly index: number }
  | {
      readonly kind: 'ended';
      readonly index: number;
      readonly durationMs: number;
      /** The failure's code, or `decoded`. */
      readonly outcome: string;
      /** What must not be: an error without a code, pixels of a wrong length … */
      readonly finding?: string;
      /** Resident set size, bytes. */
      readonly rss: number;
    };

export interface Assignment {
  readonly seed: number;
  /** The first input; the decoding process continues from there until it is stopped. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
}
