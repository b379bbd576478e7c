/** `usage` and `configuration` end a command with exit code 2, `runtime` with 1. */
export type ErrorKind = 'usage' | 'configuration' | 'runtime';

/**
 * What becomes of an image or a delivery that failed. `permanent`: the same input would fail again. `retry`: it is tried
 * again, an image `pipeline.maxAttempts` times. `postpone`: the image is not at fault, and stays queued at no cost.
 */
export type Fate = 'permanent' | 'retry' | 'postpone';

export interface ErrorRow {
  readonly kind: ErrorKind;
  readonly fate: Fate;
  /** What it means where the code does not say so, and what to do: the hint of errors that have none of their own. */
  readonly help: string;
  /** The whole folder cannot be reached: its other files need not be tried. */
  readonly isFolderAway: boolean;
}

/** Rows by code, from their help. */
type RowsFromHelp = <C extends string>(help: Readonly<Record<C, string>>) => Readonly<Record<C, ErrorRow>>;

export const usage = rows('usage', 'permanent');
export const configuration = rows('configuration', 'permanent');
/** Trying again fails again, until something is changed. */
export const permanent = rows('runtime', 'permanent');
/** Trying again may succeed. */
export const passing = rows('runtime', 'retry');
export const postponed = rows('runtime', 'postpone');
export const folderAway = rows('runtime', 'postpone', true);

/** The general form of the six above. */
export function rows(kind: ErrorKind, fate: Fate, isFolderAway = false): RowsFromHelp {
  return <C extends string>(helps: Readonly<Record<C, string>>) =>
    Object.fromEntries(
      Object.entries<string>(helps).map(([code, help]) => [code, { kind, fate, help, isFolderAway }]),
    ) as Record<C, ErrorRow>;
}
