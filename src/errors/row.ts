/** `usage` and `configuration` end a command with exit code 2, `runtime` with 1. */
export type ErrorKind = 'usage' | 'configuration' | 'runtime';

/**
 * How processing of a failed image or delivery continues. `permanent`: the same input would fail again.
 * `retry`: it is tried again, an image `pipeline.maxAttempts` times. `postpone`: the image is not at fault,
 * and stays queued without counting an attempt.
 */
export type Fate = 'permanent' | 'retry' | 'postpone';

export interface ErrorRow {
  readonly kind: ErrorKind;
  readonly fate: Fate;
  /**
   * What to do, and what the code means if its name does not say it: the hint of errors without a hint of
   * their own.
   */
  readonly help: string;
  /** Whether the whole folder cannot be reached, so that its other files need not be tried. */
  readonly isFolderAway: boolean;
}

type RowsFromHelp = <C extends string>(help: Readonly<Record<C, string>>) => Readonly<Record<C, ErrorRow>>;

export const usage = rows('usage', 'permanent');
export const configuration = rows('configuration', 'permanent');
export const configurationRetried = rows('configuration', 'retry');
/** Rows of errors for which another attempt fails until something is changed. */
export const permanent = rows('runtime', 'permanent');
/** Rows of errors for which another attempt may succeed. */
export const passing = rows('runtime', 'retry');
export const postponed = rows('runtime', 'postpone');
export const folderAway = rows('runtime', 'postpone', true);

function rows(kind: ErrorKind, fate: Fate, isFolderAway = false): RowsFromHelp {
  return <C extends string>(helps: Readonly<Record<C, string>>) =>
    Object.fromEntries(
      Object.entries<string>(helps).map(([code, help]) => [code, { kind, fate, help, isFolderAway }]),
    ) as Record<C, ErrorRow>;
}
